using System.CommandLine;
using WasiGpu.Cli.Completion;

namespace WasiGpu.Cli.Commands;

/// <summary><c>wasi-gpu completion SHELL</c>: a script that completes commands, options and their values.</summary>
internal sealed class CompletionCommand : Command, IHasExamples
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    private readonly Argument<string?> _shell = new("SHELL")
    {
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "SHELL",
        Description = $"The shell: {Allowed}.",
    };

    /// <summary>Makes the command.</summary>
    internal CompletionCommand()
        : base("completion", "Write a script by which a shell completes command lines.")
    {
        _shell.CompletionSources.Add(Shells);
        Add(_shell);
        SetAction(Run);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "wasi-gpu completion bash > ~/.local/share/bash-completion/completions/wasi-gpu",
        "wasi-gpu completion zsh > ~/.zfunc/_wasi-gpu",
        "wasi-gpu completion fish > ~/.config/fish/completions/wasi-gpu.fish",
    ];

    private static string Allowed => string.Join(", ", Shells);

    private int Run(ParseResult parsed)
    {
        CompletionTable table = CompletionTable.Of(parsed.RootCommandResult.Command);
        string? shell = parsed.GetValue(_shell);
        Console.Out.Write(shell switch
        {
            "bash" => BashScript.Write(table),
            "zsh" => ZshScript.Write(table),
            "fish" => FishScript.Write(table),
            null => throw new CommandException(ExitCodes.Usage, $"no shell is given: name one of {Allowed}"),
            _ => throw new CommandException(
                ExitCodes.Usage, $"there is no completion for '{shell}': it is one of {Allowed}"),
        });
        return ExitCodes.Success;
    }
}
