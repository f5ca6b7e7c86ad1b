using WasiGpu.Bench.Measuring;

namespace WasiGpu.Bench;

/// <summary>One run of a suite on a device: chooses cases and collects rows.</summary>
internal sealed class BenchRun(string suite, IGpuDevice device, BenchOptions options, Action<BenchRow> report)
{
    internal IGpuDevice Device { get; } = device;

    internal BenchOptions Options { get; } = options;

    /// <summary>Measures a case of which more is better, if it is chosen.</summary>
    /// <param name="name">The case.</param>
    /// <param name="unit">The unit of the rates.</param>
    /// <param name="measure">Measures it.</param>
    internal void Rate(string name, string unit, Func<Rates> measure)
    {
        if (!Begin(name))
        {
            return;
        }

        Rates rates = measure();
        report(new BenchRow(
            suite,
            name,
            Device.Info.Backend,
            Device.Info.Name,
            rates.Value,
            unit,
            rates.Bound,
            rates.Peer,
            rates.Target,
            rates.Value / rates.Target));
    }

    /// <summary>Measures a case that takes a time, if it is chosen.</summary>
    /// <param name="name">The case.</param>
    /// <param name="unit">The unit of both times.</param>
    /// <param name="target">The most it should take.</param>
    /// <param name="measure">Measures the time.</param>
    internal void Time(string name, string unit, double target, Func<double> measure)
    {
        if (!Begin(name))
        {
            return;
        }

        double value = measure();
        report(new BenchRow(
            suite,
            name,
            Device.Info.Backend,
            Device.Info.Name,
            value,
            unit,
            Bound: null,
            Peer: null,
            target,
            target / value));
    }

    private bool Begin(string name)
    {
        string full = $"{suite}/{name}";
        if (Options.Filter is { } filter && !full.Contains(filter, StringComparison.Ordinal))
        {
            return false;
        }

        Options.Progress(full);
        return true;
    }
}
