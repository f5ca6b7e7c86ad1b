using System.Diagnostics;
using System.Text;
using WasiGpu.Bench.Measuring;
using WasiGpu.Wasmtime;

namespace WasiGpu.Bench.Host;

/// <summary>What the host costs: calls, copies, guests.</summary>
internal static class HostBench
{
    private const string Resource = "bench-guest.wat";
    private const string EmptyCommand = """(module (memory (export "memory") 1) (func (export "_start")))""";
    private const int Calls = 1_000_000;
    private const int Buffers = 10_000;
    private const double Nanoseconds = 1e9;
    private const double Microseconds = 1e6;
    private const double Milliseconds = 1e3;

    internal static void Run(BenchRun run)
    {
        byte[] text = ReadGuest();
        using WasmHost host = new();
        using GuestModule module = host.Compile(text, Resource);
        RunCalls(run, module);
        foreach (int megabytes in new[] { 1, 16, 64 })
        {
            foreach (string export in new[] { "write", "read" })
            {
                run.Rate($"buffer-{export}-{megabytes}MiB", "GB/s", () =>
                {
                    using CopyPairs pairs = new(module, run.Device, megabytes << 20);
                    return pairs.Measure(export);
                });
            }
        }

        RunGuests(run, host, module, text);
    }

    private static void RunCalls(BenchRun run, GuestModule module)
    {
        using Guest guest = module.Instantiate(new GuestOptions { Gpu = run.Device });
        run.Time("sync", "ns", 15, () => Clock.Median(
            () => Clock.Once(() => guest.Call("sync", Calls)) / Calls * Nanoseconds));
        guest.Call("create", 1, sizeof(float));
        run.Time("kernel-call", "ns", 100, () => Clock.Median(
            () => Clock.Once(() => guest.Call("kernel", Calls)) / Calls * Nanoseconds));
        run.Time("buffer-create", "ns", 1000, () => Clock.Median(() => CreateAndDestroy(guest).Create));
        run.Time("buffer-destroy", "ns", 200, () => Clock.Median(() => CreateAndDestroy(guest).Destroy));
    }

    private static (double Create, double Destroy) CreateAndDestroy(Guest guest)
    {
        const int SizeBytes = 64;
        double create = Clock.Once(() => guest.Call("create", Buffers, SizeBytes));
        double destroy = Clock.Once(() => guest.Call("destroy", Buffers));
        return (create / Buffers * Nanoseconds, destroy / Buffers * Nanoseconds);
    }

    private static void RunGuests(BenchRun run, WasmHost host, GuestModule module, byte[] text)
    {
        GuestOptions options = new() { Gpu = run.Device };
        run.Time("compile", "ms", 20, () => Clock.Median(
            () => Clock.Once(() => host.Compile(text, Resource).Dispose()) * Milliseconds));
        run.Time("instantiate", "us", 200, () => Clock.Median(
            () => Clock.Once(() => module.Instantiate(options).Dispose()) * Microseconds));
        using GuestModule empty = host.Compile(Encoding.UTF8.GetBytes(EmptyCommand), "empty.wat");
        run.Time("run-empty", "us", 200, () => Clock.Median(
            () => Clock.Once(() => empty.Run(options)) * Microseconds));
        if (run.Options.Program is { } program)
        {
            run.Time("program-run-empty", "ms", 25, () => MeasureProgram(program) * Milliseconds);
        }
    }

    private static double MeasureProgram(string program)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, EmptyCommand);
            return Clock.Median(() => Clock.Once(() =>
            {
                using Process process = Process.Start(program, ["run", file]);
                process.WaitForExit();
                if (process.ExitCode != 0)
                {
                    throw new InvalidOperationException($"the program exited with {process.ExitCode}");
                }
            }));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static byte[] ReadGuest()
    {
        using Stream stream = typeof(HostBench).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not in the assembly");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
