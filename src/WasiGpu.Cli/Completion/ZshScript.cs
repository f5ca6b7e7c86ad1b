using System.Text;
using WasiGpu.Cli.Commands;

namespace WasiGpu.Cli.Completion;

/// <summary>The completions for zsh.</summary>
internal static class ZshScript
{
    /// <summary>Writes the script.</summary>
    /// <param name="table">What there is to complete.</param>
    internal static string Write(CompletionTable table)
    {
        StringBuilder script = new("#compdef wasi-gpu\n");
        script.Append("# Completions of wasi-gpu for zsh: a file _wasi-gpu in a folder of fpath,");
        script.Append(" or source <(wasi-gpu completion zsh)\n_wasi-gpu() {\n    local -a commands=(\n");
        foreach (CompletionCommandEntry command in table.Commands)
        {
            script.Append($"        {Quote($"{command.Name}:{command.Description}")}\n");
        }

        script.Append($$"""
                )
                local command={{RunCommand.CommandName}}
                if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
                    _describe command commands
                    _files
                    return
                fi

                if [[ $words[2] == ({{string.Join('|', table.CommandNames)}}) ]]; then
                    command=$words[2]
                    shift words
                    ((CURRENT--))
                fi

                case $command in

            """);
        foreach (CompletionCommandEntry command in table.Commands)
        {
            Append(script, command);
        }

        script.Append("""
                esac
            }

            if [[ $funcstack[1] == _wasi-gpu ]]; then
                _wasi-gpu "$@"
            else
                compdef _wasi-gpu wasi-gpu
            fi

            """);
        return script.ToString();
    }

    private static void Append(StringBuilder script, CompletionCommandEntry command)
    {
        // What follows the guest's file is its own.
        string stop = command.Name == RunCommand.CommandName ? " -A '-*'" : "";
        script.Append($"        {command.Name})\n            _arguments -S{stop}");
        foreach (string line in command.Options.SelectMany(Lines))
        {
            script.Append($" \\\n                {Quote(line)}");
        }

        if (command.ArgumentName is not null)
        {
            string argument = $"1:{command.ArgumentName}:{Action(command.Choices, isPath: true)}";
            script.Append($" \\\n                {Quote(argument)}");
        }

        if (command.Name == RunCommand.CommandName)
        {
            script.Append(" \\\n                '*:ARGS:_files'");
        }

        script.Append("\n            ;;\n");
    }

    private static IEnumerable<string> Lines(CompletionOption option)
    {
        string value = option.ValueName is null
            ? ""
            : $":{Escape(option.ValueName)}:{Action(option.Choices, option.IsPath)}";
        string repeated = option.IsRepeatable ? "*" : "";
        string equals = option.ValueName is null ? "" : "=";
        return option.Names.Select(name => $"{repeated}{name}{equals}[{Escape(option.Description)}]{value}");
    }

    private static string Action(IReadOnlyList<string> choices, bool isPath) =>
        choices.Count > 0 ? $"({string.Join(' ', choices)})" : isPath ? "_files" : " ";

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal)
        .Replace("]", "\\]", StringComparison.Ordinal)
        .Replace(":", "\\:", StringComparison.Ordinal);

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
