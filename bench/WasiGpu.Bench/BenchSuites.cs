using WasiGpu.Bench.Cases;
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

    /// <summary>The cases of a suite that a run measures.</summary>
    /// <param name="suite">One of <see cref="Names"/>.</param>
    /// <param name="list">The cases.</param>
    /// <param name="options">What is measured.</param>
    public static IReadOnlyList<BenchCase> Choose(string suite, BenchCaseList list, BenchOptions options)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(options);
        return [.. list.Cases.Where(benchCase => benchCase.Suite == suite
            && (options.Filter is not { } text
                || $"{suite}/{benchCase.Case}".Contains(text, StringComparison.Ordinal)))];
    }

    /// <summary>Runs a suite.</summary>
    /// <param name="suite">One of <see cref="Names"/>.</param>
    /// <param name="device">The device. Nobody else should use it, or the machine, meanwhile.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="report">Gets each row as soon as it is known.</param>
    /// <exception cref="ArgumentException">There is no such suite, or no list of cases for the backend.</exception>
    /// <remarks>A case that cannot be measured, for lack of memory or because its result is wrong, is told to
    /// <see cref="BenchOptions.Missing"/> and the others go on.</remarks>
    public static void Run(string suite, IGpuDevice device, BenchOptions options, Action<BenchRow> report)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        BenchCaseList list = options.Cases ?? BenchCases.Read(device.Info.Backend);
        IReadOnlyList<BenchCase> cases = Choose(suite, list, options);
        if (cases.Count == 0)
        {
            return;
        }

        BenchRun run = new(device, list, options, report);
        switch (suite)
        {
            case Host:
                HostBench.Run(run, cases);
                break;
            case Kernels:
                KernelBench.Run(run, cases);
                break;
            default:
                throw new ArgumentException($"there is no suite '{suite}'", nameof(suite));
        }
    }
}
