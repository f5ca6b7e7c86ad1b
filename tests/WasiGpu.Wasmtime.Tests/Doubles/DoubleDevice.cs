namespace WasiGpu.Wasmtime.Tests.Doubles;

/// <summary>A device that does nothing but what a test tells it: it records calls, throws, has faults.</summary>
internal sealed class DoubleDevice : IGpuDevice
{
    /// <summary>The calls that reached a session, in order.</summary>
    internal List<string> Calls { get; } = [];

    /// <summary>Called by each call of a session, with its name; may throw.</summary>
    internal Action<string> OnCall { get; set; } = _ => { };

    /// <summary>What the next question for a fault answers.</summary>
    internal GpuError? Fault { get; set; }

    internal HostMemory? GuestMemory { get; set; }

    internal BackendOptions? Options { get; private set; }

    public DeviceInfo Info { get; init; } = new()
    {
        Id = "double:0",
        Name = "Déjà vu ✓",
        Backend = "double",
        TotalMemoryBytes = 0x1_2345_6789,
        IsHardware = true,
        ComputeCapability = "9.0",
    };

    public MemoryBudget Memory { get; } = new(ulong.MaxValue);

    public bool IsLost { get; set; }

    public IGpuBackend CreateBackend(BackendOptions options)
    {
        Options = options;
        OnCall("open");
        return new DoubleBackend(this);
    }

    public void Dispose()
    {
    }
}
