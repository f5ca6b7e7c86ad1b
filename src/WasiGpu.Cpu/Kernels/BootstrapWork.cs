namespace WasiGpu.Cpu;

/// <summary>bootstrap-sample in runs of indices.</summary>
internal readonly unsafe struct BootstrapWork(BootstrapParams parameters, uint* output) : IChunkWork
{
    private const long ChunkIndices = 16384;

    internal long ChunkCount => Chunks.Count(parameters.NSamples, ChunkIndices);

    public void Run(long chunk, int slot)
    {
        long first = chunk * ChunkIndices;
        Philox.DrawIndices(
            parameters.Seed,
            stream: 0,
            parameters.MaxIndex,
            (ulong)first,
            Chunks.Length(chunk, parameters.NSamples, ChunkIndices),
            output + first);
    }
}
