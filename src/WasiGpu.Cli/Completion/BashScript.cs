using System.Text;
using WasiGpu.Cli.Commands;

namespace WasiGpu.Cli.Completion;

/// <summary>The completions for bash.</summary>
internal static class BashScript
{
    // What does not depend on the commands. A reply that is empty makes bash complete files.
    private const string Completer = """
        _wasi_gpu() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
            # To bash, '--option=value' is three words.
            if [[ $current == '=' ]]; then
                current=
            elif [[ $previous == '=' ]]; then
                previous=${COMP_WORDS[COMP_CWORD - 2]}
            fi

            local command=DEFAULT i=1 word words arguments given=0
            if ((COMP_CWORD > 1)) && [[ " $_wasi_gpu_commands " == *" ${COMP_WORDS[1]} "* ]]; then
                command=${COMP_WORDS[1]}
                i=2
            fi

            for ((; i < COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if [[ $word == '=' ]]; then
                    i=$((i + 1))
                elif _wasi_gpu_values "$command $word" > /dev/null && [[ ${COMP_WORDS[i + 1]} != '=' ]]; then
                    i=$((i + 1))
                elif [[ $word != -* ]]; then
                    given=1
                    break
                fi
            done

            COMPREPLY=()
            # What follows the file is the guest's own.
            if ((given)) && [[ $command == DEFAULT ]]; then
                return
            fi

            if ! words=$(_wasi_gpu_values "$command $previous"); then
                words=$(_wasi_gpu_options "$command")
                if ((COMP_CWORD == 1)); then
                    words+=" $_wasi_gpu_commands $(_wasi_gpu_options '')"
                elif ! arguments=$(_wasi_gpu_arguments "$command"); then
                    # Where a file can stand, options are offered from their first dash on.
                    [[ -n $current ]] || words=
                elif ((!given)); then
                    words+=" $arguments"
                fi
            fi

            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current" | sort -u)
        }

        complete -o bashdefault -o default -F _wasi_gpu wasi-gpu
        """;

    /// <summary>Writes the script.</summary>
    /// <param name="table">What there is to complete.</param>
    internal static string Write(CompletionTable table)
    {
        StringBuilder script = new("# Completions of wasi-gpu for bash: source <(wasi-gpu completion bash)\n");
        script.Append($"_wasi_gpu_commands='{string.Join(' ', table.CommandNames)}'\n\n");
        IEnumerable<(string, string)> options = table.Commands.Select(command => (command.Name, Names(command.Options)));
        Function(script, "options", options.Append(("", Names(table.Options))));
        // Fails for a command whose argument is a file.
        IEnumerable<CompletionCommandEntry> withoutFile = table.Commands.Where(IsWithoutFile);
        Function(script, "arguments", withoutFile.Select(command => (command.Name, string.Join(' ', command.Choices))));
        // Fails for what takes no value.
        Function(script, "values", table.Commands.SelectMany(Values));
        return script + Completer.Replace("DEFAULT", RunCommand.CommandName, StringComparison.Ordinal) + "\n";
    }

    private static bool IsWithoutFile(CompletionCommandEntry command) =>
        command.ArgumentName is null || command.Choices.Count > 0;

    private static string Names(IEnumerable<CompletionOption> options) =>
        string.Join(' ', options.SelectMany(option => option.Names));

    private static IEnumerable<(string Key, string Words)> Values(CompletionCommandEntry command)
    {
        return command.Options
            .Where(option => option.ValueName is not null)
            .Select(option => ($"{command.Name} {option.Names[0]}", string.Join(' ', option.Choices)));
    }

    /// <summary>A function that prints words for a key.</summary>
    private static void Function(StringBuilder script, string name, IEnumerable<(string Key, string Words)> cases)
    {
        script.Append($"_wasi_gpu_{name}() {{\n    case $1 in\n");
        foreach ((string key, string words) in cases)
        {
            script.Append($"        '{key}') echo '{words}' ;;\n");
        }

        script.Append("        *) return 1 ;;\n    esac\n}\n\n");
    }
}
