namespace WasiGpu.Cli.Values;

/// <summary>Environment variables for a guest as users write them: <c>NAME=VALUE</c>, or <c>NAME</c> to hand on.</summary>
internal static class EnvironmentText
{
    /// <summary>What is allowed, for messages.</summary>
    internal const string Allowed = "NAME=VALUE, or the NAME of a variable that is set";

    /// <summary>Reads a variable.</summary>
    /// <param name="text">The text.</param>
    /// <param name="inherited">Looks a name up in the program's own environment; null when it is not set there.</param>
    /// <param name="variable">Name and value.</param>
    /// <returns>False when the name is empty, or stands alone and is not set.</returns>
    internal static bool TryParse(
        string text,
        Func<string, string?> inherited,
        out KeyValuePair<string, string> variable)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? text : text[..equals];
        string? value = name.Length == 0 ? null : equals < 0 ? inherited(name) : text[(equals + 1)..];
        variable = new KeyValuePair<string, string>(name, value ?? "");
        return value is not null;
    }
}
