using WasiGpu.Cpu;

namespace WasiGpu.TestWorker;

/// <summary>A backend of one device, a CPU that misbehaves; called <c>stuck</c>, <c>crash</c> and so on.</summary>
internal sealed class MisbehavingProvider(Misdeed misdeed) : IGpuProvider
{
    public string Backend => misdeed.ToString().ToLowerInvariant();

    public bool MayHaveHardware => false;

    public GpuDiscovery Discover() => new([Rename(new CpuProvider().Discover().Devices[0])], null);

    public IGpuDevice Open(int index)
    {
        IGpuDevice cpu = new CpuProvider().Open(index);
        return new MisbehavingDevice(cpu, Rename(cpu.Info), misdeed);
    }

    private DeviceInfo Rename(DeviceInfo info) => info with { Id = $"{Backend}:0", Backend = Backend };
}
