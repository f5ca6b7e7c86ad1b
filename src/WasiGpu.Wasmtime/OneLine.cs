using System.Text;

namespace WasiGpu.Wasmtime;

/// <summary>Makes text that a guest had a hand in (names in its module) fit for one line of a terminal or a log.</summary>
internal static class OneLine
{
    /// <summary>The text with its control characters written as numbers.</summary>
    internal static string Of(string text)
    {
        if (!text.Any(IsBad))
        {
            return text;
        }

        StringBuilder line = new(text.Length);
        foreach (char c in text)
        {
            _ = IsBad(c) ? line.Append($"\\u{(int)c:x4}") : line.Append(c);
        }

        return line.ToString();
    }

    // Line and paragraph separators end lines too; marks that turn the direction of text around can hide what it says.
    private static bool IsBad(char c)
    {
        return char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
    }
}
