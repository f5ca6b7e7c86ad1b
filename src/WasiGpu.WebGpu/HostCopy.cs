namespace WasiGpu.WebGpu;

/// <summary>Copies host memory, large pieces by several threads: one thread alone reaches a fraction of the bus.</summary>
internal static unsafe class HostCopy
{
    private const ulong ShareBytes = 256 << 10;

    private static readonly ParallelOptions Threads = new()
    {
        MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount / 2, 1, 8),
    };

    /// <summary>Copies bytes between ranges that do not overlap.</summary>
    internal static void Copy(byte* source, byte* target, ulong sizeBytes)
    {
        if (sizeBytes <= ShareBytes || Threads.MaxDegreeOfParallelism == 1)
        {
            Buffer.MemoryCopy(source, target, sizeBytes, sizeBytes);
            return;
        }

        _ = Parallel.For(0, (long)((sizeBytes + ShareBytes - 1) / ShareBytes), Threads, share =>
        {
            ulong start = (ulong)share * ShareBytes;
            ulong count = Math.Min(ShareBytes, sizeBytes - start);
            Buffer.MemoryCopy(source + start, target + start, count, count);
        });
    }
}
