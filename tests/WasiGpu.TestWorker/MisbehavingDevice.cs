namespace WasiGpu.TestWorker;

/// <summary>A device whose sessions misbehave.</summary>
internal sealed class MisbehavingDevice(IGpuDevice device, DeviceInfo info, Misdeed misdeed) : IGpuDevice
{
    public DeviceInfo Info => info;

    public MemoryBudget Memory => device.Memory;

    public bool IsLost { get; internal set; }

    public IGpuBackend CreateBackend(BackendOptions options)
    {
        return new MisbehavingBackend(device.CreateBackend(options), this, misdeed);
    }

    public void Dispose() => device.Dispose();
}
