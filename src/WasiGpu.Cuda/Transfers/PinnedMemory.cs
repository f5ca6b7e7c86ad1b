namespace WasiGpu.Cuda;

/// <summary>
/// The limit on host memory that this process keeps the system from moving, over all devices: half of what the
/// process may use. Beyond it transfers still work, through memory that is pinned already or not at all.
/// </summary>
internal static class PinnedMemory
{
    /// <summary>Bytes pinned by this library.</summary>
    internal static MemoryBudget Budget { get; } = new(
        (ulong)Math.Max(0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) / 2);
}
