using System.CommandLine;
using System.CommandLine.Completions;

namespace WasiGpu.Cli.Completion;

/// <summary>What there is to complete: the very commands and options that the program parses.</summary>
/// <param name="Options">The options that stand where a command could.</param>
/// <param name="Commands">The commands.</param>
internal sealed record CompletionTable(
    IReadOnlyList<CompletionOption> Options,
    IReadOnlyList<CompletionCommandEntry> Commands)
{
    /// <summary>Every command's name.</summary>
    internal IEnumerable<string> CommandNames => Commands.Select(command => command.Name);

    /// <summary>Reads the commands of the program.</summary>
    /// <param name="program">The program.</param>
    internal static CompletionTable Of(Command program)
    {
        IEnumerable<Option> everywhere = program.Options.Where(option => option.Recursive);
        return new CompletionTable(
            [.. program.Options.Select(Describe)],
            [.. program.Subcommands.Select(command => Describe(command, everywhere))]);
    }

    private static CompletionCommandEntry Describe(Command command, IEnumerable<Option> everywhere)
    {
        Argument? first = command.Arguments.Count > 0 ? command.Arguments[0] : null;
        return new CompletionCommandEntry(
            command.Name,
            command.Description ?? "",
            [.. command.Options.Concat(everywhere).Select(Describe)],
            first?.Name,
            first is null ? [] : [.. Labels(first.GetCompletions(CompletionContext.Empty))]);
    }

    private static CompletionOption Describe(Option option)
    {
        bool hasValue = option.Arity.MaximumNumberOfValues > 0;
        return new CompletionOption(
            [option.Name, .. option.Aliases],
            option.Description ?? "",
            hasValue ? option.HelpName ?? "VALUE" : null,
            hasValue ? [.. Labels(option.GetCompletions(CompletionContext.Empty))] : [],
            option.Arity.MaximumNumberOfValues > 1);
    }

    private static IEnumerable<string> Labels(IEnumerable<CompletionItem> items) => items.Select(item => item.Label);
}
