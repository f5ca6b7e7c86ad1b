using System.Globalization;
using WasiGpu.Cpu;
using WasiGpu.Cuda;

namespace WasiGpu.Cli;

/// <summary>Devices that benchmarks set up otherwise than usual.</summary>
internal static class BenchVariants
{
    /// <summary>Opens a device once more, set up otherwise; null where its backend has no such variant.</summary>
    /// <param name="device">The device.</param>
    /// <param name="variant">What is other: <c>1-thread</c>, <c>own-matmul</c>.</param>
    internal static IGpuDevice? Open(IGpuDevice device, string variant)
    {
        return (device.Info.Backend, variant) switch
        {
            ("cpu", "1-thread") => new CpuProvider(new CpuOptions { MaxThreads = 1 }).Open(0),
            ("cuda", "own-matmul") =>
                new CudaProvider(new CudaOptions { UsesCublas = false }).Open(NumberOf(device.Info.Id)),
            _ => null,
        };
    }

    /// <summary>The number of a device within its backend.</summary>
    private static int NumberOf(string id) =>
        int.Parse(id.AsSpan(id.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
}
