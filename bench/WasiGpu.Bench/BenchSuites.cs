using WasiGpu.Bench.Host;
using WasiGpu.Bench.Kernels;

namespace WasiGpu.Bench;

/// <summary>The benchmarks. Each row measures what it is compared with in the same run.</summary>
public static class BenchSuites
{
    /// <summary>The suite of the host: calls, copies, guests.</summary>
    public const string Host = "host";

    /// <summary>The suite of the kernels.</summary>
    public const string Kernels = "kernels";

    /// <summary>Every suite.</summary>
    public static IReadOnlyList<string> Names { get; } = [Host, Kernels];

    /// <summary>Runs a suite.</summary>
    /// <param name="suite">One of <see cref="Names"/>.</param>
    /// <param name="device">The device. Nobody else should use it, or the machine, meanwhile.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="report">Gets each row as soon as it is known.</param>
    /// <exception cref="ArgumentException">There is no such suite.</exception>
    /// <exception cref="GpuException">The device lacks memory, or fails.</exception>
    public static void Run(string suite, IGpuDevice device, BenchOptions options, Action<BenchRow> report)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        BenchRun run = new(suite, device, options, report);
        switch (suite)
        {
            case Host:
                HostBench.Run(run);
                break;
            case Kernels:
                KernelBench.Run(run);
                break;
            default:
                throw new ArgumentException($"there is no suite '{suite}'", nameof(suite));
        }
    }
}
