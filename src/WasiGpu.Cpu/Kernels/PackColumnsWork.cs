namespace WasiGpu.Cpu;

/// <summary>matmul, first step of a block: packs its columns.</summary>
internal readonly struct PackColumnsWork(MatMulPlan plan, long firstColumn, long firstDepth, long depth)
    : IChunkWork
{
    private const long ChunkStrips = 4;

    private long StripCount => Chunks.Count(
        Math.Min(MatMulPlan.BlockColumns, plan.Parameters.N - firstColumn), plan.Kernels.TileColumns);

    internal long ChunkCount => Chunks.Count(StripCount, ChunkStrips);

    public unsafe void Run(long chunk, int slot)
    {
        long width = plan.Kernels.TileColumns;
        long first = chunk * ChunkStrips;
        long end = first + Chunks.Length(chunk, StripCount, ChunkStrips);
        for (long strip = first; strip < end; strip++)
        {
            float* target = plan.PackedColumns + (strip * width * depth);
            plan.PackColumns(firstColumn + (strip * width), firstDepth, depth, target);
        }
    }
}
