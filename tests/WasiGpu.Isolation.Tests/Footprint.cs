using System.Diagnostics;

namespace WasiGpu.Isolation.Tests;

/// <summary>What this process holds of the system.</summary>
/// <param name="ResidentBytes">Its memory.</param>
/// <param name="Threads">Its threads.</param>
/// <param name="Descriptors">Its open files.</param>
internal sealed record Footprint(long ResidentBytes, int Threads, int Descriptors)
{
    /// <summary>What it holds once the garbage is collected.</summary>
    internal static Footprint Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using Process process = Process.GetCurrentProcess();
        return new Footprint(
            process.WorkingSet64,
            process.Threads.Count,
            Directory.GetFileSystemEntries("/proc/self/fd").Length);
    }
}
