using System.Diagnostics;
using WasiGpu.Bench.Measuring;

namespace WasiGpu.Bench.Host;

/// <summary>Whole runs of the program, from the start of its process to the exit.</summary>
internal static class ProgramStart
{
    internal const string EmptyCommand = """(module (memory (export "memory") 1) (func (export "_start")))""";

    private const string InfoCommand = """
        (module
          (import "wasi:gpu/compute@0.1.0" "get-device-info" (func $info (param i32)))
          (memory (export "memory") 1)
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
          (func (export "_start") (call $info (i32.const 1024))))
        """;

    /// <summary>Measures runs of a guest.</summary>
    /// <param name="run">The run.</param>
    /// <param name="guest"><c>empty</c>, or <c>info</c>, which asks for the device.</param>
    internal static Measurement Measure(BenchRun run, string guest)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, guest == "info" ? InfoCommand : EmptyCommand);
            string[] arguments = ["run", "--device", run.Device.Info.Id, file];
            return new Measurement(run.Clock.Median(() => BenchClock.Once(() => Run(run.Options.Program!, arguments))));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Run(string program, string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new BenchFailureException($"the program exited with {process.ExitCode}");
        }
    }
}
