using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using WasiGpu.Cli.Commands;

namespace WasiGpu.Cli.Output;

/// <summary>Writes a command's help and then its examples.</summary>
/// <param name="help">Writes the help itself.</param>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is IHasExamples command)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in command.Examples)
            {
                output.WriteLine($"  {example}");
            }
        }

        return exitCode;
    }
}
