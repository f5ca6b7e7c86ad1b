using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Measuring;

namespace WasiGpu.Bench;

/// <summary>One run of a suite on a device: measures cases and makes rows of them.</summary>
internal sealed class BenchRun(IGpuDevice device, BenchCaseList list, BenchOptions options, Action<BenchRow> report)
{
    internal IGpuDevice Device { get; } = device;

    internal BenchOptions Options { get; } = options;

    internal BenchClock Clock { get; } = new(options.Budget, options.MinRepeats);

    /// <summary>Whether the bounds are those of the processor, which are measured here.</summary>
    internal bool IsProcessor { get; } = list.Backend == "cpu";

    /// <summary>Whether kernels are timed by the device.</summary>
    internal bool UsesDeviceClock { get; } = list.Clock == "device";

    /// <summary>Measures a case. One that fails is told, and the others go on.</summary>
    /// <param name="benchCase">The case.</param>
    /// <param name="measure">Measures it.</param>
    internal void Measure(BenchCase benchCase, Func<Measurement> measure)
    {
        string name = $"{benchCase.Suite}/{benchCase.Case}";
        Options.Progress(name);
        try
        {
            report(Describe(benchCase, measure()));
        }
        catch (Exception e) when (e is BenchFailureException or GpuException or GpuUnavailableException)
        {
            Options.Missing($"{name}: {e.Message}");
        }
    }

    private BenchRow Describe(BenchCase benchCase, Measurement measurement)
    {
        string unit = benchCase.Unit;
        bool isTime = Units.IsTime(unit);
        double seconds = measurement.DeviceSeconds ?? measurement.WallSeconds;
        double value = Units.From(unit, seconds, measurement.Work);
        double? bound = FindBound(benchCase, measurement);
        IReadOnlyList<PeerValue> peers = FindPeers(benchCase, measurement);
        PeerValue? best = PeerValue.Best(isTime, peers);
        double? target = FindTarget(benchCase, bound, peers);
        return new BenchRow
        {
            Suite = benchCase.Suite,
            Case = benchCase.Case,
            Backend = Device.Info.Backend,
            Device = Device.Info.Name,
            Value = value,
            Unit = unit,
            Bound = bound,
            Peer = best?.Value,
            Target = target,
            Ratio = Compare(target),
            Clock = measurement.DeviceSeconds is null ? "wall" : measurement.IsReplay ? "replay" : "device",
            Wall = Units.From(unit, measurement.WallSeconds, measurement.Work),
            OfBound = Compare(bound),
            OfPeer = Compare(best?.Value),
            PeerName = best?.Name,
            Aim = benchCase.Targets.Count == 0
                ? null
                : string.Join(benchCase.Any ? " or " : " and ", benchCase.Targets.Select(t => t.Text)),
            Peers = peers,
        };

        double? Compare(double? other) => isTime ? other / value : value / other;
    }

    private static double? FindTarget(BenchCase benchCase, double? bound, IReadOnlyList<PeerValue> peers)
    {
        bool isTime = Units.IsTime(benchCase.Unit);
        List<double> targets = [];
        foreach (BenchTarget target in benchCase.Targets)
        {
            if (target.Resolve(isTime, bound, peers) is { } value)
            {
                targets.Add(value);
            }
        }

        // The strictest is the smallest time, or the greatest rate.
        bool takesLeast = isTime != benchCase.Any;
        return targets.Count == 0 ? null : takesLeast ? targets.Min() : targets.Max();
    }

    private bool HasRecords() => list.RecordedOn is { } text && Device.Info.Name.Contains(text, StringComparison.Ordinal);

    private double? FindBound(BenchCase benchCase, Measurement measurement)
    {
        if (benchCase.Bound is null)
        {
            return null;
        }

        double? perSecond = measurement.BoundPerSecond ?? Options.Peers?.FindBound(benchCase.Bound);
        return perSecond is { } rate
            ? Units.FromRate(benchCase.Unit, rate / benchCase.BoundPerUnit)
            : HasRecords() ? benchCase.RecordedBound : null;
    }

    private List<PeerValue> FindPeers(BenchCase benchCase, Measurement measurement)
    {
        List<PeerValue> peers = [.. measurement.Peers];
        if (Options.Peers is { } file)
        {
            peers.AddRange(file.FindPeers(benchCase));
        }

        if (HasRecords())
        {
            // What was measured today stands before what was recorded of the same library.
            HashSet<string> measured = [.. peers.Select(Library)];
            peers.AddRange(benchCase.RecordedPeers.Where(peer => !measured.Contains(Library(peer))));
        }

        return peers;
    }

    private static string Library(PeerValue peer) => peer.Name.Split(' ')[0];
}
