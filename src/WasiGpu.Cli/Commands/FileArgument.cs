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
            string? text = result.Tokens.FirstOrDefault()?.Value;
            if (text is null)
            {
                result.AddError("no file is given: name a WebAssembly file");
            }
            else if (text.StartsWith('-'))
            {
                result.AddError(
                    $"'{text}' is no option: see 'wasi-gpu --help', or write './{text}' for a file of that name");
            }
        });
        return file;
    }

    /// <summary>The file, which is there.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="argument">The argument.</param>
    /// <exception cref="CommandException">There is no such file.</exception>
    internal static string GetExisting(ParseResult parsed, Argument<string> argument)
    {
        string path = parsed.GetRequiredValue(argument);
        if (Directory.Exists(path))
        {
            throw new CommandException(ExitCodes.Host, $"'{path}' is a folder: name a WebAssembly file");
        }

        return Path.Exists(path)
            ? path
            : throw new CommandException(ExitCodes.Host, $"'{path}' does not exist: name a WebAssembly file");
    }
}
