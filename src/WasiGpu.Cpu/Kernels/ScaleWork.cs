namespace WasiGpu.Cpu;

/// <summary>matmul without a product: <c>c = beta * c</c>, zeros for beta 0.</summary>
internal readonly unsafe struct ScaleWork(float* c, long elements, float beta) : IChunkWork
{
    private const long ChunkElements = 65536;

    internal long ChunkCount => Chunks.Count(elements, ChunkElements);

    public void Run(long chunk, int slot)
    {
        Span<float> values = new(
            c + (chunk * ChunkElements), (int)Chunks.Length(chunk, elements, ChunkElements));
        if (beta == 0)
        {
            values.Clear();
            return;
        }

        foreach (ref float value in values)
        {
            value *= beta;
        }
    }
}
