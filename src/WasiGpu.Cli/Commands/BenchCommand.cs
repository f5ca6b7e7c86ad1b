using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using WasiGpu.Bench;
using WasiGpu.Cli.Output;

namespace WasiGpu.Cli.Commands;

/// <summary><c>wasi-gpu bench</c>: measures the host and the kernels against what the machine can do.</summary>
internal sealed class BenchCommand : Command, IHasExamples
{
    private readonly Argument<string?> _suite = new("SUITE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = $"The suite: {AllowedSuites}; both when left out.",
    };

    private readonly GpuChoice _gpu = new();
    private readonly Option<string?> _json = ValueOption.Single<string?>(
        "--json",
        "FILE",
        "Write the rows to a file, as a JSON array.",
        "a file's name",
        IsNotEmpty);

    private readonly Option<string?> _filter = ValueOption.Single<string?>(
        "--filter",
        "TEXT",
        "Run only the cases with this text in SUITE/CASE.",
        "a text that is not empty",
        IsNotEmpty);

    /// <summary>Makes the command.</summary>
    internal BenchCommand()
        : base("bench", "Measure the host and the kernels against what the machine can do.")
    {
        Add(_suite);
        _gpu.AddTo(this);
        Add(_filter);
        Add(_json);
        SetAction(Run);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "wasi-gpu bench",
        "wasi-gpu bench kernels --backend cpu --filter matmul",
        "wasi-gpu bench host --json results.json",
    ];

    private static string AllowedSuites => string.Join(" or ", BenchSuites.Names);

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

        BenchOptions options = new()
        {
            Filter = parsed.GetValue(_filter),
            Program = RuntimeFeature.IsDynamicCodeSupported ? null : Environment.ProcessPath,
            Progress = name => Console.Error.WriteLine($"wasi-gpu: measuring {name}"),
        };
        List<BenchRow> rows = [];
        using IGpuDevice device = _gpu.Open(parsed);
        foreach (string suite in BenchSuites.Names.Where(name => chosen is null || name == chosen))
        {
            BenchSuites.Run(suite, device, options, rows.Add);
        }

        if (rows.Count == 0)
        {
            throw new CommandException(ExitCodes.Usage, $"--filter '{options.Filter}': no case has this in its name");
        }

        WriteTable(rows);
        if (parsed.GetValue(_json) is { } file)
        {
            WriteJson(file, rows);
        }

        return ExitCodes.Success;
    }

    private static void WriteTable(List<BenchRow> rows)
    {
        TextTable table = new("SUITE", "CASE", "VALUE", "UNIT", "BOUND", "PEER", "TARGET", "RATIO");
        foreach (BenchRow row in rows)
        {
            table.Add(
                row.Suite,
                row.Case,
                Text(row.Value),
                row.Unit,
                Text(row.Bound),
                Text(row.Peer),
                Text(row.Target),
                row.Ratio.ToString("0.00", CultureInfo.InvariantCulture));
        }

        table.Write(Console.Out);
    }

    private static string Text(double? value)
    {
        string format = value is >= 100 ? "0" : "0.00";
        return value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
    }

    private static void WriteJson(string file, IReadOnlyList<BenchRow> rows)
    {
        try
        {
            File.WriteAllText(file, JsonSerializer.Serialize(rows, CliJson.Default.IReadOnlyListBenchRow) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Host, $"'{file}' cannot be written: {e.Message}");
        }
    }
}
