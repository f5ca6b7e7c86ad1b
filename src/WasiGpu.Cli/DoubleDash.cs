namespace WasiGpu.Cli;

/// <summary>
/// Carries <c>--</c> through the parser, which would swallow the first one; after FILE it is the guest's.
/// </summary>
internal static class DoubleDash
{
    private const string Plain = "--";

    // No argument of a process holds a zero character.
    private const string Escaped = "\0--";

    /// <summary>The arguments to give to the parser.</summary>
    /// <param name="arguments">The program's arguments.</param>
    internal static string[] Escape(IEnumerable<string> arguments)
    {
        return [.. arguments.Select(argument => argument == Plain ? Escaped : argument)];
    }

    /// <summary>The text that was meant.</summary>
    /// <param name="text">A text from the parser.</param>
    internal static string Unescape(string text) => text.Replace(Escaped, Plain, StringComparison.Ordinal);
}
