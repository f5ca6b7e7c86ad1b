using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using WasiGpu.Bench;
using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Peers;
using WasiGpu.Bench.Reporting;
using WasiGpu.Cli.Output;

namespace WasiGpu.Cli.Commands;

/// <summary><c>wasi-gpu bench</c>: measures the host and the kernels against what the machine can do.</summary>
internal sealed class BenchCommand : Command, IHasExamples
{
    private readonly Argument<string?> _suite = new("SUITE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "SUITE",
        Description = $"The suite: {AllowedSuites}; both when left out.",
    };

    private readonly GpuChoice _gpu = new();
    private readonly Option<string?> _filter = Text(
        "--filter", "TEXT", "Run only the cases with this text in SUITE/CASE.", "a text that is not empty");

    private readonly Option<string?> _peers = Text(
        "--peers", "FILE", "Compare with what a script of bench/peers wrote to this file.", "a file's name");

    private readonly Option<string?> _python = Text(
        "--peers-python", "PYTHON", "Measure other libraries first, with this Python.", "a program's name");

    private readonly Option<string?> _component = Text(
        "--component", "FILE", "Measure also how this component is rewritten, and started from the cache.", "a file's name");

    private readonly Option<string?> _json = Text(
        "--json", "FILE", "Write the rows to a file, as a JSON array.", "a file's name");

    private readonly Option<string?> _html = Text(
        "--html", "FILE", "Write the rows to a file, as a page with plots.", "a file's name");

    /// <summary>Makes the command.</summary>
    internal BenchCommand()
        : base("bench", "Measure the host and the kernels against what the machine can do.")
    {
        _suite.CompletionSources.Add([.. BenchSuites.Names]);
        Add(_suite);
        _gpu.AddTo(this);
        Add(_filter);
        Add(_peers);
        Add(_python);
        Add(_component);
        Add(_json);
        Add(_html);
        SetAction(Run);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "wasi-gpu bench",
        "wasi-gpu bench kernels --backend cpu --filter matmul",
        "wasi-gpu bench host --json results.json --html results.html",
        "wasi-gpu bench --backend cuda --peers-python python3 --json results.json",
    ];

    private static string AllowedSuites => string.Join(" or ", BenchSuites.Names);

    private static Option<string?> Text(string name, string valueName, string description, string allowed)
    {
        return ValueOption.Single<string?>(name, valueName, description, allowed, IsNotEmpty);
    }

    private static bool IsNotEmpty(string text, out string? value)
    {
        value = text;
        return text.Length > 0;
    }

    private int Run(ParseResult parsed)
    {
        string? chosen = parsed.GetValue(_suite);
        if (chosen is not null && !BenchSuites.Names.Contains(chosen))
        {
            throw new CommandException(ExitCodes.Usage, $"there is no suite '{chosen}': it is {AllowedSuites}");
        }

        string? filter = parsed.GetValue(_filter);
        using IGpuDevice device = _gpu.Open(parsed);
        BenchCaseList cases = BenchCases.Read(device.Info.Backend);
        BenchOptions options = new() { Filter = filter };
        string[] suites = [.. BenchSuites.Names.Where(name => chosen is null || name == chosen)];
        if (suites.All(suite => BenchSuites.Choose(suite, cases, options).Count == 0))
        {
            throw new CommandException(ExitCodes.Usage, $"--filter '{filter}': no case has this in its name");
        }

        List<string> missing = [];
        options = options with
        {
            Program = RuntimeFeature.IsDynamicCodeSupported ? null : Environment.ProcessPath,
            Component = parsed.GetValue(_component),
            Peers = GetPeers(parsed, cases, filter),
            OpenVariant = name => BenchVariants.Open(device, name),
            Progress = name => Console.Error.WriteLine($"wasi-gpu: measuring {name}"),
            Missing = sentence =>
            {
                missing.Add(sentence);
                Console.Error.WriteLine($"wasi-gpu: not measured: {sentence}");
            },
        };
        foreach (string sentence in options.Peers?.Absent ?? [])
        {
            options.Missing($"peer {sentence}");
        }

        List<BenchRow> rows = [];
        foreach (string suite in suites)
        {
            BenchSuites.Run(suite, device, options, row =>
            {
                // Written each time: a run that is cut short leaves what it had.
                rows.Add(row);
                Write(parsed, device.Info, options.Peers, rows, missing);
            });
        }

        BenchTable.Write(rows);
        return rows.Count > 0 ? ExitCodes.Success : ExitCodes.Host;
    }

    private PeerFile? GetPeers(ParseResult parsed, BenchCaseList cases, string? filter)
    {
        string? file = parsed.GetValue(_peers);
        string? python = parsed.GetValue(_python);
        if (file is not null && python is not null)
        {
            throw new CommandException(ExitCodes.Usage, "--peers and --peers-python: leave one of the two out");
        }

        try
        {
            return file is not null ? PeerFile.Parse(File.ReadAllText(file))
                : python is not null ? PeerScript.Run(python, cases, filter)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException(ExitCodes.Host, $"--peers '{file}' cannot be read: {Messages.OneLine(e.Message)}");
        }
        catch (BenchFailureException e)
        {
            throw new CommandException(ExitCodes.Host, e.Message);
        }
    }

    private void Write(
        ParseResult parsed,
        DeviceInfo device,
        PeerFile? peers,
        List<BenchRow> rows,
        List<string> missing)
    {
        if (parsed.GetValue(_json) is { } json)
        {
            WriteFile(json, BenchJson.Write(rows));
        }

        if (parsed.GetValue(_html) is { } html)
        {
            List<KeyValuePair<string, string>> machine =
            [
                new("program", $"wasi-gpu {ProgramBuild.Name}"),
                .. BenchMachine.Describe(device),
                .. peers?.Machine ?? new Dictionary<string, string>(),
            ];
            WriteFile(html, BenchPage.Write(rows, machine, missing));
        }
    }

    private static void WriteFile(string file, string content)
    {
        try
        {
            File.WriteAllText(file, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Host, $"'{file}' cannot be written: {e.Message}");
        }
    }
}
