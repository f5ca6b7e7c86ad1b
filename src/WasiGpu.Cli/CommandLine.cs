using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using WasiGpu.Cli.Commands;
using WasiGpu.Cli.Output;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli;

/// <summary>Parses the command line, runs the command and turns every failure into one line and an exit code.</summary>
internal static class CommandLine
{
    private const string DebugVariable = "WASI_GPU_DEBUG";

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The arguments without the program's name.</param>
    /// <returns>The exit code.</returns>
    internal static int Run(string[] arguments)
    {
        try
        {
            ProgramCommand program = new();
            string[] complete = WithDefaultCommand(program, arguments);
            ParseResult parsed = program.Parse(DoubleDash.Escape(complete), new ParserConfiguration
            {
                // A guest's '@name' is its own, and '-abc' is never three options.
                ResponseFileTokenReplacer = null,
                EnablePosixBundling = false,
            });
            if (parsed.Errors.Count > 0)
            {
                // A mistyped option becomes FILE and FILE then one argument too many: the former is the reason.
                ParseError error = parsed.Errors.FirstOrDefault(e => e.SymbolResult is ArgumentResult)
                    ?? parsed.Errors[0];
                Messages.Error(Describe(parsed, error));
                return ExitCodes.Usage;
            }

            if (FindFlagWithValue(parsed, complete) is { } flag)
            {
                throw new CommandException(ExitCodes.Usage, $"'{flag}' is not allowed: this option takes no value");
            }

            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The run command handles Ctrl-C itself; the others just end.
                ProcessTerminationTimeout = null,
            });
        }
        catch (CommandException e)
        {
            Messages.Error(e.Message);
            return e.ExitCode;
        }
        catch (Exception e) when (e is GuestLoadException or GpuUnavailableException)
        {
            Messages.Error(e.Message);
            return ExitCodes.Host;
        }
        catch (Exception e)
        {
            Messages.Error($"unexpected {e.GetType().Name}: {e.Message} ({DebugVariable}=1 shows the stack)");
            if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
            {
                Console.Error.WriteLine(e);
            }

            return ExitCodes.Host;
        }
    }

    /// <summary><c>wasi-gpu FILE</c> and <c>wasi-gpu --dir . FILE</c> mean <c>wasi-gpu run ...</c>.</summary>
    private static string[] WithDefaultCommand(ProgramCommand program, string[] arguments)
    {
        bool isComplete = arguments.Length == 0
            || program.Subcommands.Any(c => c.Name == arguments[0])
            || program.Options.Any(o => o.Name == arguments[0] || o.Aliases.Contains(arguments[0]));
        return isComplete ? arguments : [RunCommand.CommandName, .. arguments];
    }

    /// <summary>
    /// Finds <c>--flag=value</c>, of which the parser makes a flag and the next argument, FILE: null when there is
    /// none.
    /// </summary>
    private static string? FindFlagWithValue(ParseResult parsed, string[] arguments)
    {
        string? file = parsed.CommandResult.Children.OfType<ArgumentResult>().FirstOrDefault()?.Tokens
            .FirstOrDefault()?.Value;
        return parsed.CommandResult.Command.Options
            .Where(option => option.Arity.MaximumNumberOfValues == 0)
            .Select(option => $"{option.Name}={file}")
            .FirstOrDefault(arguments.Contains);
    }

    private static string Describe(ParseResult parsed, ParseError error)
    {
        Command command = parsed.CommandResult.Command;
        string help = command is RootCommand ? "wasi-gpu --help" : $"wasi-gpu {command.Name} --help";
        if (error.SymbolResult is OptionResult { Option: HelpOption or VersionOption } asked)
        {
            return $"{asked.Option.Name} takes no value";
        }

        if (error.SymbolResult is OptionResult { Tokens.Count: 0 } bare)
        {
            return $"{bare.Option.Name} needs a value, {bare.Option.HelpName}: see '{help}'";
        }

        if (error.SymbolResult is OptionResult { IdentifierTokenCount: > 1 } repeated
            && repeated.Option.Arity.MaximumNumberOfValues <= 1)
        {
            return $"{repeated.Option.Name} is given {repeated.IdentifierTokenCount} times: give it once";
        }

        string message = parsed.UnmatchedTokens.Count > 0 && error.SymbolResult is not ArgumentResult
            ? $"'{parsed.UnmatchedTokens[0]}' is no argument or option of '{command.Name}': see '{help}'"
            : error.Message;
        return DoubleDash.Unescape(message);
    }
}
