using System.Diagnostics;
using System.Globalization;
using WasiGpu;
using WasiGpu.Cpu;
using WasiGpu.Cuda;
using WasiGpu.Fuzzing;
using WasiGpu.WebGpu;

const string Usage = """
    usage: eng/fuzz.sh calls [--seconds N] [--seed N] [--backend cpu|webgpu|cuda] [--component] [--replay FILE]

      --seconds N     how long it runs; 3600 without it
      --seed N        the first seed; the time of day without it
      --backend NAME  the device whose calls are made; cpu without it
      --component     the guest is a component, not a core module
      --replay FILE   makes the calls of a file, one a line, and ends

    It ends with 0 when every rule held, and with 1 and the fewest calls that break one: put these into a file of
    tests/corpus/imports, where the tests replay them.
    """;

if (args.Contains("--help"))
{
    Console.WriteLine(Usage);
    return 0;
}

if (args is ["--readers"])
{
    ReaderTarget.Run();
    return 0;
}

try
{
    Dictionary<string, string> options = ReadOptions(args);
    using IGpuDevice device = new GpuDevices([new CpuProvider(), new WebGpuProvider(), new CudaProvider()])
        .Open(options.GetValueOrDefault("--backend", "cpu"));
    using WasmHost host = new();
    using ImportFuzzer fuzzer = new(host, device, options.ContainsKey("--component"));
    if (options.TryGetValue("--replay", out string? file))
    {
        fuzzer.Replay([.. File.ReadLines(file).Select(FuzzCall.Parse)]);
        Console.WriteLine($"{file}: every rule held");
        return 0;
    }

    int seed = int.Parse(
        options.GetValueOrDefault("--seed", (Environment.TickCount & int.MaxValue).ToString(CultureInfo.InvariantCulture)),
        CultureInfo.InvariantCulture);
    double seconds = double.Parse(options.GetValueOrDefault("--seconds", "3600"), CultureInfo.InvariantCulture);
    Console.WriteLine($"seed {seed}, device {device.Info.Name}, {seconds} s");
    using CancellationTokenSource end = new(TimeSpan.FromSeconds(seconds));
    Stopwatch shown = Stopwatch.StartNew();
    long made = fuzzer.Run(seed, long.MaxValue, Report, end.Token);
    ShowOutcomes(fuzzer.Outcomes);
    Console.WriteLine($"{made} calls, every rule held");
    return 0;

    void Report(long calls)
    {
        if (shown.Elapsed.TotalSeconds >= 10)
        {
            Console.WriteLine($"{calls} calls");
            shown.Restart();
        }
    }
}
catch (FuzzException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (Exception e) when (
    e is ArgumentException or FormatException or OverflowException or IOException or GpuUnavailableException)
{
    Console.Error.WriteLine($"{e.Message}\n\n{Usage}");
    return 2;
}

static Dictionary<string, string> ReadOptions(string[] args)
{
    Dictionary<string, string> options = [];
    for (int i = 0; i < args.Length; i++)
    {
        bool isFlag = args[i] == "--component";
        if (!isFlag && args[i] is not ("--seconds" or "--seed" or "--backend" or "--replay"))
        {
            throw new ArgumentException($"'{args[i]}' is no option");
        }

        options[args[i]] = isFlag ? ""
            : i + 1 < args.Length ? args[++i]
            : throw new ArgumentException($"'{args[i]}' needs a value");
    }

    return options;
}

static void ShowOutcomes(long[,] outcomes)
{
    Console.WriteLine($"{"",-24}{string.Concat(Enum.GetNames<Expectation>().Select(name => $"{name,15}"))}");
    for (int function = 0; function < outcomes.GetLength(0); function++)
    {
        string counts = string.Concat(
            Enumerable.Range(0, outcomes.GetLength(1)).Select(outcome => $"{outcomes[function, outcome],15}"));
        Console.WriteLine($"{GpuInterfaces.Functions[function].Name,-24}{counts}");
    }
}
