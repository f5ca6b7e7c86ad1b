namespace WasiGpu.Cpu;

/// <summary>matmul, first step of a block: packs its columns, step of depth by step of depth.</summary>
internal readonly struct PackColumnsWork(MatMulPlan plan, MatMulBlock block) : IChunkWork
{
    private const long ChunkStrips = 4;

    private long ChunksAcross => Chunks.Count(plan.StripCount(block), ChunkStrips);

    internal long ChunkCount => Chunks.Count(block.Depth, MatMulPlan.StepDepth) * ChunksAcross;

    public void Run(long chunk, int slot)
    {
        long first = chunk % ChunksAcross * ChunkStrips;
        long end = Math.Min(first + ChunkStrips, plan.StripCount(block));
        plan.PackColumns(block, chunk / ChunksAcross, first, end);
    }
}
