using System.CommandLine;

namespace WasiGpu.Cli.Commands;

/// <summary>The argument FILE of the commands that take a guest.</summary>
internal static class FileArgument
{
    /// <summary>Makes the argument.</summary>
    /// <param name="description">A sentence for the help.</param>
    internal static Argument<string> Create(string description)
    {
        Argument<string> file = new("FILE") { Description = description, Arity = ArgumentArity.ZeroOrOne };
        file.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault()?.Value is { } text && DoubleDash.Unescape(text).StartsWith('-'))
            {
                result.AddError(
                    $"'{text}' is no option: see 'wasi-gpu --help', or write './{text}' for a file of that name");
            }
        });
        return file;
    }

    /// <summary>The file as the user named it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="file">The argument.</param>
    /// <exception cref="CommandException">None is given.</exception>
    internal static string Get(ParseResult parsed, Argument<string> file)
    {
        return parsed.GetResult(file) is { Tokens.Count: > 0 } given
            ? given.Tokens[0].Value
            : throw new CommandException(
                ExitCodes.Usage,
                "no file is given: name a WebAssembly file, as in 'wasi-gpu guest.wasm'");
    }
}
