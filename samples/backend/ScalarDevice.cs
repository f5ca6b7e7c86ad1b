using WasiGpu;

namespace BackendSample;

/// <summary>A device whose buffers lie on the CPU backend.</summary>
/// <param name="cpu">Its device, which this one owns.</param>
internal sealed class ScalarDevice(IGpuDevice cpu) : IGpuDevice
{
    public DeviceInfo Info { get; } = Describe(cpu.Info);

    public MemoryBudget Memory => cpu.Memory;

    public bool IsLost => cpu.IsLost;

    public IGpuBackend CreateBackend(BackendOptions options) => new ScalarBackend(cpu.CreateBackend(options), options);

    public void Dispose() => cpu.Dispose();

    internal static DeviceInfo Describe(DeviceInfo cpu)
    {
        return cpu with { Id = "scalar:0", Backend = "scalar", Name = $"{cpu.Name}, one number at a time", Details = [] };
    }
}
