using System.Text;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>Texts from Dawn.</summary>
internal static unsafe class DawnText
{
    private const int MaxMessageBytes = 4096;

    /// <summary>Copies a text; long messages are cut.</summary>
    internal static string Read(Dawn.StringView text)
    {
        if (text.Data is null)
        {
            return string.Empty;
        }

        int length = 0;
        while (length < MaxMessageBytes && (nuint)length < text.Length
            && (text.Length != nuint.MaxValue || text.Data[length] != 0))
        {
            length++;
        }

        return Encoding.UTF8.GetString(text.Data, length).Trim();
    }

    /// <summary>A text as one line, for a message to a guest.</summary>
    internal static string OneLine(string text)
    {
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
