using System.Text;
using WasiGpu.Cli.Commands;

namespace WasiGpu.Cli.Completion;

/// <summary>The completions for fish.</summary>
internal static class FishScript
{
    private const string First = "__fish_use_subcommand";

    /// <summary>Writes the script.</summary>
    /// <param name="table">What there is to complete.</param>
    internal static string Write(CompletionTable table)
    {
        StringBuilder script = new("# Completions of wasi-gpu for fish: wasi-gpu completion fish | source\n");
        foreach (CompletionCommandEntry command in table.Commands)
        {
            Line(script, First, $"-a {command.Name} -d {Quote(command.Description)}");
        }

        foreach (CompletionOption option in table.Options)
        {
            Line(script, First, Describe(option));
        }

        foreach (CompletionCommandEntry command in table.Commands)
        {
            string condition = Condition(table, command);
            foreach (CompletionOption option in command.Options)
            {
                Line(script, condition, Describe(option));
            }

            if (command.Choices.Count > 0)
            {
                Line(script, condition, $"-f -a {Quote(string.Join(' ', command.Choices))}");
            }
        }

        return script.ToString();
    }

    private static void Line(StringBuilder script, string condition, string rest)
    {
        script.Append($"complete -c wasi-gpu -n {Quote(condition)} {rest}\n");
    }

    /// <summary>A command line that names no command means <c>run</c>.</summary>
    private static string Condition(CompletionTable table, CompletionCommandEntry command)
    {
        IEnumerable<string> others = table.CommandNames.Where(name => name != command.Name);
        return command.Name == RunCommand.CommandName
            ? $"not __fish_seen_subcommand_from {string.Join(' ', others)}"
            : $"__fish_seen_subcommand_from {command.Name}";
    }

    private static string Describe(CompletionOption option)
    {
        IEnumerable<string> names = option.Names.Select(
            name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}");
        string value = option.ValueName is null ? ""
            : option.Choices.Count > 0 ? $" -x -a {Quote(string.Join(' ', option.Choices))}"
            : option.IsPath ? " -r -F"
            : " -x";
        return $"{string.Join(' ', names)}{value} -d {Quote(option.Description)}";
    }

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
