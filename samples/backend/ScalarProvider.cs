using WasiGpu;
using WasiGpu.Cpu;

namespace BackendSample;

/// <summary>Offers one device, <c>scalar:0</c>.</summary>
public sealed class ScalarProvider : IGpuProvider
{
    private readonly CpuProvider _cpu = new();

    public string Backend => "scalar";

    public bool MayHaveHardware => false;

    public GpuDiscovery Discover()
    {
        GpuDiscovery found = _cpu.Discover();
        return found with { Devices = [.. found.Devices.Select(ScalarDevice.Describe)] };
    }

    public IGpuDevice Open(int index) => new ScalarDevice(_cpu.Open(index));
}
