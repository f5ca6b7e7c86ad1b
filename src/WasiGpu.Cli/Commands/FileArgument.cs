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
            else if (DoubleDash.Unescape(text).StartsWith('-'))
            {
                result.AddError(
                    $"'{text}' is no option: see 'wasi-gpu --help', or write './{text}' for a file of that name");
            }
        });
        return file;
    }
}
