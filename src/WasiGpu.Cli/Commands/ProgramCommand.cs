using System.CommandLine;
using System.CommandLine.Help;
using WasiGpu.Cli.Output;

namespace WasiGpu.Cli.Commands;

/// <summary>The program itself: its commands, <c>--help</c> and <c>--version</c>.</summary>
internal sealed class ProgramCommand : RootCommand, IHasExamples
{
    /// <summary>Makes the whole tree of commands.</summary>
    internal ProgramCommand()
        : base("Runs WebAssembly guests that do GPU machine learning through wasi:gpu.")
    {
        // The defaults take '/h' for a question, which is also a path, and '[name]' for a directive.
        Options.Clear();
        Directives.Clear();
        HelpOption help = new("--help", "-h") { Description = "Show help, also for one command." };
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        Add(help);
        Add(new VersionOption("--version") { Description = "Show the versions.", Action = new VersionAction() });
        Add(new RunCommand());
        Add(new DevicesCommand());
        Add(new InspectCommand());
        Add(new ConformanceCommand());
        Add(new BenchCommand());
        Add(new CompletionCommand());
        SetAction(Refuse);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "wasi-gpu guest.wasm --an-option-of-the-guest",
        "wasi-gpu run --dir . --timeout 1m guest.wasm data.csv",
        "wasi-gpu devices",
        "wasi-gpu inspect guest.wasm",
        "wasi-gpu conformance --small",
        "wasi-gpu bench host",
    ];

    private static int Refuse(ParseResult parsed)
    {
        throw new CommandException(
            ExitCodes.Usage,
            "no file to run: give one, as in 'wasi-gpu guest.wasm', or see 'wasi-gpu --help'");
    }
}
