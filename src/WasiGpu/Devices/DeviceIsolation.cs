namespace WasiGpu;

/// <summary>
/// What keeps the users of a device apart, and its memory right, beyond what a backend does itself. Null stands for what
/// the driver does not tell.
/// </summary>
public sealed record DeviceIsolation
{
    /// <summary>Whether the device's memory corrects errors (ECC), which also hinders attacks by disturbed rows.</summary>
    public bool? HasErrorCorrection { get; init; }

    /// <summary>Whether it is a slice of a GPU with memory, caches and processors of its own (NVIDIA MIG).</summary>
    public bool? IsSlice { get; init; }

    /// <summary>
    /// Whether the contexts of several processes share one on the device (NVIDIA MPS), and so its faults: a process of its
    /// own then separates a guest less.
    /// </summary>
    public bool? SharesContextAcrossProcesses { get; init; }

    /// <summary>Whether the device takes one process at a time, so that a guest in a second one is refused.</summary>
    public bool? IsExclusive { get; init; }
}
