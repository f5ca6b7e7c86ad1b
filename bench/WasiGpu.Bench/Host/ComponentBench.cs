using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Measuring;
using WasiGpu.Wasmtime;

namespace WasiGpu.Bench.Host;

/// <summary>What the way through the bridge costs a component, and what loading one costs.</summary>
internal sealed class ComponentBench : IDisposable
{
    private const string Resource = "bench-component.wat";

    private readonly BenchRun _run;
    private readonly WasmHost _host = new();
    private readonly GuestModule _module;

    internal ComponentBench(BenchRun run)
    {
        _run = run;
        _module = _host.Compile(BenchCases.ReadBytes(Resource), Resource);
    }

    public void Dispose()
    {
        _module.Dispose();
        _host.Dispose();
    }

    /// <summary>Measures a case of which the kind starts with <c>component-</c>.</summary>
    internal Measurement Measure(BenchCase benchCase) => benchCase.Kind switch
    {
        "component-sync" => MeasureCalls("sync"),
        "component-destroy-unknown" => MeasureCalls("destroy"),
        "component-write" => MeasureTransfer(benchCase, "write"),
        "component-read" => MeasureTransfer(benchCase, "read"),
        "component-rewrite" => MeasureRewrite(),
        "component-start-cached" => MeasureCachedStart(),
        _ => throw new BenchFailureException($"the suite host has no kind '{benchCase.Kind}'"),
    };

    private Measurement MeasureCalls(string export)
    {
        int calls = _run.Options.GuestLoop;
        using Guest guest = _module.Instantiate(new GuestOptions { Gpu = _run.Device });
        double seconds = _run.Clock.Median(() => BenchClock.Once(() => guest.Call(export, _module.Number(calls))));
        return new Measurement(seconds / calls);
    }

    private Measurement MeasureTransfer(BenchCase benchCase, string export)
    {
        using CopyPairs pairs = new(_module, _run, benchCase.SizeMiB << 20);
        return pairs.Measure(export, withBound: benchCase.Bound == "memcpy");
    }

    /// <summary>
    /// Reading and rewriting the component that the run was given; the reading of the file and of its types included.
    /// </summary>
    private Measurement MeasureRewrite()
    {
        return new Measurement(_run.Clock.Median(() => BenchClock.Once(() => WasmHost.Inspect(_run.Options.Component!))));
    }

    /// <summary>From a new host to an instance, its compiled form lying in the cache.</summary>
    private Measurement MeasureCachedStart()
    {
        string folder = Directory.CreateTempSubdirectory("wasi-gpu-bench-").FullName;
        try
        {
            // The first one compiles, and fills the cache.
            Start(folder);
            return new Measurement(_run.Clock.Median(() => BenchClock.Once(() => Start(folder))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Start(string cache)
    {
        using WasmHost host = new(new WasmHostOptions { CacheDirectory = cache });
        using GuestModule module = host.Load(_run.Options.Component!);
        module.Instantiate(new GuestOptions { Gpu = _run.Device }).Dispose();
    }
}
