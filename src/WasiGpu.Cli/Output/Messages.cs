using System.Globalization;
using System.Text;

namespace WasiGpu.Cli.Output;

/// <summary>What the program itself says on standard error.</summary>
internal static class Messages
{
    /// <summary>Writes <c>wasi-gpu: MESSAGE</c> as one line.</summary>
    /// <param name="message">The message.</param>
    internal static void Error(string message) => Console.Error.WriteLine($"wasi-gpu: {OneLine(message)}");

    /// <summary>
    /// Text that came from a guest or a file on one line and without control characters, which could otherwise
    /// drive the user's terminal.
    /// </summary>
    /// <param name="text">Any text.</param>
    internal static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        StringBuilder line = new(text.Length);
        foreach (char c in text)
        {
            if (c is '\n' or '\r' or '\t')
            {
                line.Append(' ');
            }
            else if (char.IsControl(c))
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                line.Append(c);
            }
        }

        return line.ToString().Trim();
    }
}
