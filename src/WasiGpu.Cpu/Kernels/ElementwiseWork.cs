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

    internal long ChunkCount => Chunks.Count(parameters.NElements, ChunkElements);

    public void Run(long chunk, int slot)
    {
        long first = chunk * ChunkElements;
        long length = Chunks.Length(chunk, parameters.NElements, ChunkElements);
        kernels.Elementwise(parameters.Op, inputA + first, inputB + first, output + first, length);
    }
}
