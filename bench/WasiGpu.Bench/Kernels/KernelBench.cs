using WasiGpu.Bench.Measuring;

namespace WasiGpu.Bench.Kernels;

/// <summary>The kernels, at sizes beyond the caches, against what the processor can do at most.</summary>
internal static class KernelBench
{
    private const int Elements = 16 << 20;
    private const double Giga = 1e9;
    private const double Mega = 1e6;

    internal static void Run(BenchRun run)
    {
        if (run.Device.Info.Backend != "cpu")
        {
            // The ceilings are those of the processor.
            throw new GpuUnavailableException(
                $"the suite kernels measures the cpu backend alone, not '{run.Device.Info.Backend}'");
        }

        using Ceilings ceilings = new(ThreadsOf(run.Device.Info));
        RunMatMul(run, ceilings);
        RunElementwise(run, ceilings);
        RunReduce(run, ceilings);
        RunAverage(run, ceilings);
        RunBootstrap(run, ceilings);
        RunFindSplit(run);
        RunPredict(run);
    }

    private static int ThreadsOf(DeviceInfo info)
    {
        string text = info.Details.First(detail => detail.Key == "threads").Value;
        return int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Measures against a bound of which a share is aimed at.</summary>
    private static Rates AgainstBound(
        KernelSession session,
        double work,
        double unit,
        double share,
        Action<IGpuBackend> call,
        Func<double> bound)
    {
        (double rate, double most) = session.Measure(work, call, bound);
        return new Rates(rate / unit, most / unit, Peer: null, share * most / unit);
    }

    private static void RunMatMul(BenchRun run, Ceilings ceilings)
    {
        foreach (int n in new[] { 512, 1024, 2048 })
        {
            run.Rate($"matmul-{n}", "GFLOP/s", () =>
            {
                using KernelSession session = new(run.Device);
                GpuBuffer a = session.Filled(BenchData.Floats(n * n));
                GpuBuffer b = session.Filled(BenchData.Floats(n * n));
                GpuBuffer c = session.Empty(n * n);
                MatMulParams parameters = new((uint)n, (uint)n, (uint)n, TransA: false, TransB: false, Alpha: 1, Beta: 0);
                return AgainstBound(
                    session, 2.0 * n * n * n, Giga, 0.8, x => x.MatMul(parameters, a, b, c), ceilings.FmaPerSecond);
            });
        }
    }

    private static void RunElementwise(BenchRun run, Ceilings ceilings)
    {
        foreach (ElementwiseOp op in Enum.GetValues<ElementwiseOp>())
        {
            ElementwiseParams parameters = new(Elements, op);
            double share = op is ElementwiseOp.Relu || parameters.IsBinary ? 0.9 : 0.75;
            run.Rate($"elementwise-{op.ToString().ToLowerInvariant()}", "GB/s", () =>
            {
                using KernelSession session = new(run.Device);
                GpuBuffer a = session.Filled(BenchData.Floats(Elements));
                GpuBuffer? b = parameters.IsBinary ? session.Filled(BenchData.Floats(Elements)) : null;
                GpuBuffer output = session.Empty(Elements);
                double bytes = (parameters.IsBinary ? 3.0 : 2.0) * sizeof(float) * Elements;
                return AgainstBound(
                    session,
                    bytes,
                    Giga,
                    share,
                    x => x.Elementwise(parameters, a, b, output),
                    parameters.IsBinary ? ceilings.AddBytesPerSecond : ceilings.CopyBytesPerSecond);
            });
        }
    }

    private static void RunReduce(BenchRun run, Ceilings ceilings)
    {
        foreach (ReduceOp op in Enum.GetValues<ReduceOp>())
        {
            run.Rate($"reduce-{op.ToString().ToLowerInvariant()}", "GB/s", () =>
            {
                using KernelSession session = new(run.Device);
                GpuBuffer input = session.Filled(BenchData.Floats(Elements));
                GpuBuffer output = session.Empty(1);
                ReduceParams parameters = new(Elements, op);
                return AgainstBound(
                    session,
                    (double)sizeof(float) * Elements,
                    Giga,
                    0.9,
                    x => x.Reduce(parameters, input, output),
                    ceilings.ReadBytesPerSecond);
            });
        }
    }

    private static void RunAverage(BenchRun run, Ceilings ceilings)
    {
        const int Trees = 100;
        const int Rows = Elements / Trees;
        run.Rate($"average-{Trees}", "GB/s", () =>
        {
            using KernelSession session = new(run.Device);
            GpuBuffer input = session.Filled(BenchData.Floats(Rows * Trees));
            GpuBuffer output = session.Empty(Rows);
            AverageParams parameters = new(Trees, Rows);
            return AgainstBound(
                session,
                (double)sizeof(float) * Rows * (Trees + 1),
                Giga,
                0.9,
                x => x.Average(parameters, input, output),
                ceilings.ReadBytesPerSecond);
        });
    }

    private static void RunBootstrap(BenchRun run, Ceilings ceilings)
    {
        // Four indices take ten rounds of two products, and one product each for the range.
        const double ProductsPerIndex = 6;
        run.Rate("bootstrap-sample", "M/s", () =>
        {
            using KernelSession session = new(run.Device);
            GpuBuffer output = session.Empty(Elements);
            BootstrapParams parameters = new(Elements, Seed: 42, MaxIndex: 1_000_000);
            return AgainstBound(
                session,
                Elements,
                Mega,
                0.8,
                x => x.BootstrapSample(parameters, output),
                () => ceilings.MultipliesPerSecond() / ProductsPerIndex);
        });
    }

    private static void RunFindSplit(BenchRun run)
    {
        const int Rows = 1_000_000;
        const int Thresholds = 256;
        run.Rate($"find-split-{Thresholds}", "M rows/s", () =>
        {
            using KernelSession session = new(run.Device);
            SplitData data = new(Rows, Thresholds);
            GpuBuffer values = session.Filled(data.Values);
            GpuBuffer labels = session.Filled(data.Labels);
            GpuBuffer indices = session.Filled(data.Indices);
            GpuBuffer thresholds = session.Filled(data.Thresholds);
            GpuBuffer scores = session.Empty(Thresholds);
            FindSplitParams parameters = new(Rows, NFeatures: 1, FeatureIdx: 0, Thresholds);
            (double rate, double peer) = session.Measure(
                Rows, x => x.FindSplit(parameters, values, labels, indices, thresholds, scores), data.LoopRowsPerSecond);
            return new Rates(rate / Mega, Bound: null, peer / Mega, 20 * peer / Mega);
        });
    }

    private static void RunPredict(BenchRun run)
    {
        const int Trees = 100;
        const int Depth = 8;
        const int Features = 28;
        const int Rows = 100_000;
        const double VisitsPerThread = 0.75e9;
        run.Rate($"batch-predict-{Trees}x{Depth}", "G visits/s", () =>
        {
            using KernelSession session = new(run.Device);
            GpuBuffer samples = session.Filled(BenchData.Floats(Rows * Features));
            GpuBuffer nodes = session.Filled(BenchData.FullTrees(Trees, Depth, Features, out uint[] offsets));
            GpuBuffer starts = session.Filled(offsets);
            GpuBuffer output = session.Empty(Rows);
            BatchPredictParams parameters = new(Rows, Features, Trees, Depth);
            (double rate, _) = session.Measure(
                (double)Rows * Trees * Depth, x => x.BatchPredict(parameters, samples, nodes, starts, output), () => 0);
            double target = VisitsPerThread * ThreadsOf(run.Device.Info);
            return new Rates(rate / Giga, Bound: null, Peer: null, target / Giga);
        });
    }
}
