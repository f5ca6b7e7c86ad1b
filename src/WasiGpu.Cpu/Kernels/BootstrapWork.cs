namespace WasiGpu.Cpu;

/// <summary>bootstrap-sample in runs of indices.</summary>
internal readonly unsafe struct BootstrapWork(
    VectorKernels kernels,
    BootstrapParams parameters,
    uint* output) : IChunkWork
{
    private const long ChunkIndices = 16384;

    internal long ChunkCount => Chunks.Count(parameters.NSamples, ChunkIndices);

    public void Run(long chunk, int slot)
    {
        long first = chunk * ChunkIndices;
        kernels.DrawIndices(
            parameters.Seed,
            parameters.MaxIndex,
            (ulong)first,
            Chunks.Length(chunk, parameters.NSamples, ChunkIndices),
            output + first);
    }
}
