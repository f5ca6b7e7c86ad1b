using System.Globalization;
using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Measuring;
using WasiGpu.Bench.Peers;

namespace WasiGpu.Bench.Kernels;

/// <summary>The kernels, called on the backend with resident buffers.</summary>
internal sealed class KernelBench : IDisposable
{
    private readonly BenchRun _run;
    private readonly Dictionary<int, Ceilings> _ceilings = [];
    private readonly Lazy<OpenBlas?> _openBlas;
    private (ForestShape Shape, Forest Forest)? _lastForest;

    private KernelBench(BenchRun run)
    {
        _run = run;
        _openBlas = new Lazy<OpenBlas?>(() => OpenBlas.TryLoad(run.Options.Missing));
    }

    public void Dispose()
    {
        foreach (Ceilings ceilings in _ceilings.Values)
        {
            ceilings.Dispose();
        }
    }

    internal static void Run(BenchRun run, IReadOnlyList<BenchCase> cases)
    {
        using KernelBench bench = new(run);
        foreach (BenchCase benchCase in cases)
        {
            run.Measure(benchCase, () => bench.Measure(benchCase));
        }
    }

    private static int ThreadsOf(IGpuDevice device)
    {
        string? text = device.Info.Details.FirstOrDefault(detail => detail.Key == "threads").Value;
        return text is null ? 1 : int.Parse(text, CultureInfo.InvariantCulture);
    }

    private Measurement Measure(BenchCase benchCase)
    {
        if (benchCase.Variant is not { } variant)
        {
            return MeasureOn(_run.Device, benchCase);
        }

        using IGpuDevice device = _run.Options.OpenVariant(variant)
            ?? throw new BenchFailureException($"this backend cannot be set up as '{variant}'");
        return MeasureOn(device, benchCase);
    }

    private Measurement MeasureOn(IGpuDevice device, BenchCase benchCase)
    {
        using KernelSession session = new(
            device, benchCase.Precision == "tf32" ? MatMulPrecision.TensorFloat32 : MatMulPrecision.Float32);
        IKernelWork work = Prepare(session, benchCase);
        work.Call(session.Backend);
        work.Check(session);
        return benchCase.Kind == "forest-compile"
            ? MeasureCompile(session, (PredictWork)work)
            : session.Measure(_run, benchCase, work, FindBound(device, benchCase));
    }

    private IKernelWork Prepare(KernelSession session, BenchCase benchCase) => benchCase.Kind switch
    {
        "matmul" => new MatMulWork(
            session, benchCase, _run.IsProcessor ? _openBlas.Value : null, ThreadsOf(session.Device)),
        "elementwise" => new ElementwiseWork(session, benchCase),
        "reduce" => new ReduceWork(session, benchCase),
        "average" => new AverageWork(session, benchCase),
        "bootstrap-sample" => new BootstrapWork(session, benchCase),
        "find-split" => new FindSplitWork(session, benchCase, withLoop: _run.IsProcessor),
        "batch-predict" or "forest-compile" => new PredictWork(session, benchCase, GetForest(benchCase)),
        _ => throw new BenchFailureException($"the suite kernels has no kind '{benchCase.Kind}'"),
    };

    private Func<double>? FindBound(IGpuDevice device, BenchCase benchCase)
    {
        // The bounds of other devices come with the peers.
        if (!_run.IsProcessor || benchCase.Bound is not { } name)
        {
            return null;
        }

        int threads = ThreadsOf(device);
        if (!_ceilings.TryGetValue(threads, out Ceilings? ceilings))
        {
            ceilings = new Ceilings(threads);
            _ceilings.Add(threads, ceilings);
        }

        return ceilings.Find(name);
    }

    /// <summary>What the first call after a change of the forest takes longer than a second one.</summary>
    private Measurement MeasureCompile(KernelSession session, PredictWork work)
    {
        double Call()
        {
            return BenchClock.Once(() =>
            {
                work.Call(session.Backend);
                session.Backend.Sync();
            });
        }

        double[] medians = _run.Clock.Medians(
            () =>
            {
                work.Touch(session);
                session.Backend.Sync();
                return Call();
            },
            Call);
        return new Measurement(Math.Max(medians[0] - medians[1], double.Epsilon));
    }

    /// <summary>The forest of a case; cases of the same forest follow each other.</summary>
    private Forest GetForest(BenchCase benchCase)
    {
        ForestShape shape = ForestShape.Of(benchCase);
        if (_lastForest is not { } last || last.Shape != shape)
        {
            _lastForest = null;
            _lastForest = last = (shape, TreeGrower.Grow(shape));
        }

        return last.Forest;
    }
}
