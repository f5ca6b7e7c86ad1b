using System.Text;
using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Measuring;
using WasiGpu.Wasmtime;

namespace WasiGpu.Bench.Host;

/// <summary>What the host costs: calls, copies, guests.</summary>
internal sealed class HostBench : IDisposable
{
    private const string Resource = "bench-guest.wat";
    private const int Launches = 500;
    private const int Buffers = 10_000;
    private const int SmallBytes = 64;
    private const int KernelElements = 256;
    private const int DataPages = 1;

    private readonly BenchRun _run;
    private readonly byte[] _text = BenchCases.ReadBytes(Resource);
    private readonly WasmHost _host = new();
    private readonly GuestModule _module;
    private readonly GuestOptions _options;
    private readonly Lazy<ComponentBench> _components;

    private HostBench(BenchRun run)
    {
        _run = run;
        _module = _host.Compile(_text, Resource);
        _options = new GuestOptions { Gpu = run.Device };
        _components = new Lazy<ComponentBench>(() => new ComponentBench(run));
    }

    public void Dispose()
    {
        if (_components.IsValueCreated)
        {
            _components.Value.Dispose();
        }

        _module.Dispose();
        _host.Dispose();
    }

    internal static void Run(BenchRun run, IReadOnlyList<BenchCase> cases)
    {
        using HostBench bench = new(run);
        foreach (BenchCase benchCase in cases)
        {
            if (benchCase.Kind == "program" && run.Options.Program is null)
            {
                run.Options.Missing($"{benchCase.Suite}/{benchCase.Case}: only a published program measures itself");
                continue;
            }

            if (benchCase.Kind is "component-rewrite" or "component-start-cached" && run.Options.Component is null)
            {
                run.Options.Missing($"{benchCase.Suite}/{benchCase.Case}: no component was named");
                continue;
            }

            run.Measure(benchCase, () => bench.Measure(benchCase));
        }
    }

    private Measurement Measure(BenchCase benchCase) => benchCase.Kind switch
    {
        "sync" => MeasureCalls("sync", _run.Options.GuestLoop),
        "empty-kernel" => MeasureCalls("kernel", _run.Options.GuestLoop),
        "launch" => MeasureCalls("launch", Launches),
        "launch-read" => MeasureCalls("launch-read", Launches),
        "dependent-calls" => MeasureDependent(benchCase.Calls),
        "buffer-create" => MeasureBuffers(create: true),
        "buffer-destroy" => MeasureBuffers(create: false),
        "buffer-write" or "buffer-read" or "buffer-write-first" or "buffer-read-first" => MeasureTransfer(benchCase),
        "predict-call" => MeasurePredict(benchCase),
        "compile" => Median(() => _host.Compile(_text, Resource).Dispose()),
        "instantiate" => Median(() => _module.Instantiate(_options).Dispose()),
        "run-empty" => MeasureEmptyRun(),
        "program" => ProgramStart.Measure(_run, benchCase.Op!),
        _ when benchCase.Kind.StartsWith("component-", StringComparison.Ordinal) =>
            _components.Value.Measure(benchCase),
        _ => throw new BenchFailureException($"the suite host has no kind '{benchCase.Kind}'"),
    };

    private Measurement Median(Action work) => new(_run.Clock.Median(() => BenchClock.Once(work)));

    /// <summary>The time of one call of an export's loop; what is still queued afterwards is not part of it.</summary>
    private Measurement MeasureCalls(string export, int calls)
    {
        using Guest guest = InstantiateWithBuffer();
        double seconds = _run.Clock.Median(() =>
        {
            double once = BenchClock.Once(() => guest.Call(export, calls));
            guest.Call("sync", 1);
            return once;
        });
        return new Measurement(seconds / calls);
    }

    private Guest InstantiateWithBuffer()
    {
        Guest guest = _module.Instantiate(_options);
        guest.Call("grow", DataPages);
        guest.Call("create", 1, KernelElements * sizeof(float));
        return guest;
    }

    private Measurement MeasureDependent(int calls)
    {
        using Guest guest = InstantiateWithBuffer();
        double seconds = _run.Clock.Median(() => BenchClock.Once(() =>
        {
            guest.Call("launch", calls);
            guest.Call("read", 1, sizeof(float));
        }));
        return new Measurement(seconds / calls);
    }

    private Measurement MeasureBuffers(bool create)
    {
        using Guest guest = _module.Instantiate(_options);
        double seconds = _run.Clock.Median(() =>
        {
            double creating = BenchClock.Once(() => guest.Call("create", Buffers, SmallBytes));
            double destroying = BenchClock.Once(() => guest.Call("destroy", Buffers));
            return create ? creating : destroying;
        });
        return new Measurement(seconds / Buffers);
    }

    private Measurement MeasureTransfer(BenchCase benchCase)
    {
        string export = benchCase.Kind.Contains("write", StringComparison.Ordinal) ? "write" : "read";
        int sizeBytes = benchCase.SizeMiB << 20;
        return benchCase.Kind.EndsWith("-first", StringComparison.Ordinal)
            ? CopyPairs.MeasureFirst(_run, _module, export, sizeBytes)
            : MeasureRepeated(benchCase, export, sizeBytes);
    }

    private Measurement MeasureRepeated(BenchCase benchCase, string export, int sizeBytes)
    {
        using CopyPairs pairs = new(_module, _run, sizeBytes);
        return pairs.Measure(export, withBound: benchCase.Bound == "memcpy");
    }

    private Measurement MeasurePredict(BenchCase benchCase)
    {
        using PredictGuest guest = new(_module, _run.Device, benchCase);
        return guest.Measure(_run);
    }

    private Measurement MeasureEmptyRun()
    {
        using GuestModule empty = _host.Compile(Encoding.UTF8.GetBytes(ProgramStart.EmptyCommand), "empty.wat");
        return Median(() => empty.Run(_options));
    }
}
