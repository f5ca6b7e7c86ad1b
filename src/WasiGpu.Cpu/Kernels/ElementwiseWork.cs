namespace WasiGpu.Cpu;

/// <summary>elementwise in runs of elements.</summary>
internal readonly unsafe struct ElementwiseWork(
    VectorKernels kernels,
    ElementwiseParams parameters,
    float* inputA,
    float* inputB,
    float* output) : IChunkWork
{
    private const long ChunkElements = 16384;

    /// <summary>More than this would push everything else out of the last cache, and little of it would still
    /// be there when it is read.</summary>
    private const long MaxCachedBytes = 16 << 20;

    // A line that was read for an operand is in the cache: storing it elsewhere would only cost.
    private readonly bool _isAroundCaches =
        parameters.NElements * (long)sizeof(float) > MaxCachedBytes && output != inputA && output != inputB;

    internal long ChunkCount => Chunks.Count(parameters.NElements, ChunkElements);

    public void Run(long chunk, int slot)
    {
        long first = chunk * ChunkElements;
        long length = Chunks.Length(chunk, parameters.NElements, ChunkElements);
        kernels.Elementwise(
            parameters.Op, inputA + first, inputB + first, output + first, length, _isAroundCaches);
    }
}
