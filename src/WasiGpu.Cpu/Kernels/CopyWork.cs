namespace WasiGpu.Cpu;

/// <summary>A copy of bytes in pieces, each like memmove.</summary>
internal readonly unsafe struct CopyWork(byte* source, byte* target, ulong sizeBytes) : IChunkWork
{
    // Small enough to take a few milliseconds where the target's pages are touched for the first time.
    private const ulong ChunkBytes = 2 << 20;

    internal long ChunkCount => (long)((sizeBytes + ChunkBytes - 1) / ChunkBytes);

    public void Run(long chunk, int slot)
    {
        ulong start = (ulong)chunk * ChunkBytes;
        ulong length = Math.Min(ChunkBytes, sizeBytes - start);
        Buffer.MemoryCopy(source + start, target + start, length, length);
    }
}
