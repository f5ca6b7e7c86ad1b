using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using WasiGpu.Cli.Output;
using WasiGpu.Conformance;

namespace WasiGpu.Cli.Commands;

/// <summary><c>wasi-gpu conformance</c>: checks a device against the contract of <c>wasi:gpu</c>.</summary>
internal sealed class ConformanceCommand : Command, IHasExamples
{
    private const string BackendSuiteName = "backend";
    private const string HostSuiteName = "host";
    private const string AllSuites = "all";
    private const string AllowedSuites = $"{BackendSuiteName}, {HostSuiteName} or {AllSuites}";

    private readonly GpuChoice _gpu = new();
    private readonly Option<bool> _small = ValueOption.Flag(
        "--small",
        "Leave out the cases that take long or much memory.");
    private readonly Option<bool> _json = ValueOption.Flag(
        "--json",
        "Write a JSON array of {case, outcome, detail}.");
    private readonly Option<string?> _filter = ValueOption.Single<string?>(
        "--filter",
        "TEXT",
        "Run only the cases with this text in their name.",
        "a text that is not empty",
        (string text, out string? value) =>
        {
            value = text;
            return text.Length > 0;
        });

    private readonly Option<string?> _suite = ValueOption.Single<string?>(
        "--suite",
        "NAME",
        $"The suite: {AllowedSuites} (the default).",
        AllowedSuites,
        (string text, out string? value) =>
        {
            value = text;
            return text is BackendSuiteName or HostSuiteName or AllSuites;
        },
        BackendSuiteName,
        HostSuiteName,
        AllSuites);

    /// <summary>Makes the command.</summary>
    internal ConformanceCommand()
        : base("conformance", "Check a device against every rule of wasi:gpu.")
    {
        _gpu.AddTo(this);
        Add(_suite);
        Add(_small);
        Add(_filter);
        Add(_json);
        SetAction(Run);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "wasi-gpu conformance --small",
        "wasi-gpu conformance --backend cpu --filter reduce/",
        "wasi-gpu conformance --json > results.json",
    ];

    private static Action<CaseResult> LineWriter()
    {
        IAnsiConsole console = AnsiConsole.Console;
        bool isTerminal = console.Profile.Out.IsTerminal;
        return result =>
        {
            string detail = result.Detail.Length == 0 ? "" : $": {result.Detail}";
            string line = Messages.OneLine($"{OutcomeName(result),-7}  {result.Case}{detail}");
            if (isTerminal)
            {
                console.WriteLine(line, new Style(OutcomeColor(result.Outcome)));
            }
            else
            {
                Console.Out.WriteLine(line);
            }
        };
    }

    private static string OutcomeName(CaseResult result) => result.Outcome.ToString().ToLowerInvariant();

    private static Color OutcomeColor(CaseOutcome outcome)
    {
        return outcome switch
        {
            CaseOutcome.Passed => Color.Green,
            CaseOutcome.Failed => Color.Red,
            _ => Color.Yellow,
        };
    }

    private static void RunSuites(string chosen, IGpuDevice device, SuiteOptions options, Action<CaseResult> report)
    {
        if (chosen is BackendSuiteName or AllSuites)
        {
            BackendSuite.Run(device, options, report);
        }

        if (chosen is HostSuiteName or AllSuites)
        {
            HostSuite.Run(device, options, report);
        }
    }

    private int Run(ParseResult parsed)
    {
        SuiteOptions options = new() { Small = parsed.GetValue(_small), Filter = parsed.GetValue(_filter) };
        bool isJson = parsed.GetValue(_json);
        List<CaseResult> results = [];
        Action<CaseResult> write = isJson ? _ => { } : LineWriter();
        using IGpuDevice device = _gpu.Open(parsed);
        RunSuites(parsed.GetValue(_suite) ?? AllSuites, device, options, result =>
        {
            results.Add(result);
            write(result);
        });
        if (results.Count == 0)
        {
            throw new CommandException(ExitCodes.Usage, $"--filter '{options.Filter}': no case has this in its name");
        }

        if (isJson)
        {
            IReadOnlyList<CaseJson> cases = [.. results.Select(r => new CaseJson(r.Case, OutcomeName(r), r.Detail))];
            Console.Out.WriteLine(JsonSerializer.Serialize(cases, CliJson.Default.IReadOnlyListCaseJson));
        }
        else
        {
            Console.Out.WriteLine(
                $"{Count(results, CaseOutcome.Passed)} passed, {Count(results, CaseOutcome.Failed)} failed, "
                + $"{Count(results, CaseOutcome.Skipped)} skipped");
        }

        return Count(results, CaseOutcome.Failed) == 0 ? ExitCodes.Success : ExitCodes.Host;
    }

    private static int Count(List<CaseResult> results, CaseOutcome outcome) => results.Count(r => r.Outcome == outcome);
}
