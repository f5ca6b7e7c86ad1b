using System.CommandLine;
using System.CommandLine.Parsing;

namespace WasiGpu.Cli.Commands;

/// <summary>Makes options whose bad values are told with the option, the value and what is allowed.</summary>
internal static class ValueOption
{
    /// <summary>Reads a value from text.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="text">The text.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the text is no such value.</returns>
    internal delegate bool TryParse<T>(string text, out T value);

    /// <summary>An option given at most once.</summary>
    /// <typeparam name="T">The value's type; null stands for an option that was not given.</typeparam>
    /// <param name="name">The option's name with its dashes.</param>
    /// <param name="valueName">The value's name in the help.</param>
    /// <param name="description">A sentence for the help.</param>
    /// <param name="allowed">What values are allowed.</param>
    /// <param name="tryParse">Reads a value.</param>
    /// <param name="choices">The values there are, for a shell to complete; none where any text may be one.</param>
    internal static Option<T> Single<T>(
        string name,
        string valueName,
        string description,
        string allowed,
        TryParse<T> tryParse,
        params string[] choices)
    {
        Option<T> option = new(name)
        {
            HelpName = valueName,
            Description = description,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Parse(name, result, result.Tokens[0].Value, allowed, tryParse),
        };
        // The default is the names of the value's type.
        option.CompletionSources.Clear();
        option.CompletionSources.Add(choices);
        return option;
    }

    /// <summary>An option that may be repeated.</summary>
    /// <typeparam name="T">The type of one value.</typeparam>
    /// <param name="name">The option's name with its dashes.</param>
    /// <param name="valueName">The value's name in the help.</param>
    /// <param name="description">A sentence for the help.</param>
    /// <param name="allowed">What values are allowed.</param>
    /// <param name="tryParse">Reads one value.</param>
    internal static Option<T[]> Repeated<T>(
        string name,
        string valueName,
        string description,
        string allowed,
        TryParse<T> tryParse)
    {
        return new Option<T[]>(name)
        {
            HelpName = valueName,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result =>
                [.. result.Tokens.Select(token => Parse(name, result, token.Value, allowed, tryParse)!)],
        };
    }

    /// <summary>An option without a value.</summary>
    /// <param name="name">The option's name with its dashes.</param>
    /// <param name="description">A sentence for the help.</param>
    internal static Option<bool> Flag(string name, string description)
    {
        return new Option<bool>(name) { Description = description, Arity = ArgumentArity.Zero };
    }

    private static T? Parse<T>(string name, ArgumentResult result, string text, string allowed, TryParse<T> tryParse)
    {
        if (tryParse(text, out T value))
        {
            return value;
        }

        result.AddError($"{name} '{text}' is not allowed: it takes {allowed}");
        return default;
    }
}
