namespace WasiGpu.Cpu;

/// <summary>Borders of chunks, from the number of elements alone: never from the number of threads.</summary>
internal static class Chunks
{
    internal static long Count(long elements, long chunkElements)
    {
        return (elements + chunkElements - 1) / chunkElements;
    }

    internal static long Length(long chunk, long elements, long chunkElements)
    {
        return Math.Min(chunkElements, elements - (chunk * chunkElements));
    }
}
