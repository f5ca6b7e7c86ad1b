using WasiGpu.Cpu;

namespace WasiGpu.Cli;

/// <summary>Devices that benchmarks set up otherwise than usual.</summary>
internal static class BenchVariants
{
    /// <summary>Opens a device once more, set up otherwise; null where its backend has no such variant.</summary>
    /// <param name="device">The device.</param>
    /// <param name="variant">What is other: <c>1-thread</c>.</param>
    internal static IGpuDevice? Open(IGpuDevice device, string variant)
    {
        return (device.Info.Backend, variant) switch
        {
            ("cpu", "1-thread") => new CpuProvider(new CpuOptions { MaxThreads = 1 }).Open(0),
            _ => null,
        };
    }
}
