namespace WasiGpu.Conformance.Tests;

/// <summary>A device with 4 GiB of the computer's memory.</summary>
/// <param name="fault">The fault its sessions have.</param>
internal sealed class ReferenceDevice(Fault fault = Fault.None) : IGpuDevice
{
    public DeviceInfo Info { get; } = new()
    {
        Id = "reference:0",
        Name = "reference",
        Backend = "reference",
        TotalMemoryBytes = 4UL << 30,
        IsHardware = false,
        ComputeCapability = string.Empty,
    };

    public MemoryBudget Memory { get; } = new(4UL << 30);

    public bool IsLost => false;

    public IGpuBackend CreateBackend(BackendOptions options)
    {
        return fault == Fault.None
            ? new ReferenceBackend(this, options)
            : new FaultyBackend(this, options, fault);
    }

    public void Dispose()
    {
    }
}
