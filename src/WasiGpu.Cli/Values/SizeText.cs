using System.Globalization;

namespace WasiGpu.Cli.Values;

/// <summary>Sizes as users write them: plain bytes, or <c>64KiB</c>, <c>16MiB</c>, <c>2GiB</c>.</summary>
internal static class SizeText
{
    /// <summary>What is allowed, for messages.</summary>
    internal const string Allowed = "a whole number of bytes, or one with a unit, such as 65536, 64KiB, 16MiB or 2GiB";

    private static readonly (string Suffix, int Shift)[] Units = [("KiB", 10), ("MiB", 20), ("GiB", 30)];

    /// <summary>Reads a size.</summary>
    /// <param name="text">The text.</param>
    /// <param name="sizeBytes">The size in bytes.</param>
    /// <returns>False when the text is no size, or one of 2^63 bytes or more.</returns>
    internal static bool TryParse(string text, out ulong sizeBytes)
    {
        (string suffix, int shift) = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        string number = text[..^(suffix?.Length ?? 0)];
        bool isNumber = ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ulong count);
        // The engine's limits are signed.
        bool fits = count <= (ulong)long.MaxValue >> shift;
        sizeBytes = isNumber && fits ? count << shift : 0;
        return isNumber && fits;
    }

    /// <summary>A size in the largest unit that it reaches: <c>1.5 MiB</c>, <c>12 bytes</c>.</summary>
    /// <param name="sizeBytes">The size.</param>
    internal static string Format(ulong sizeBytes)
    {
        foreach ((string suffix, int shift) in Units.Reverse())
        {
            if (sizeBytes >> shift > 0)
            {
                double count = sizeBytes / (double)(1UL << shift);
                return string.Create(CultureInfo.InvariantCulture, $"{count:0.#} {suffix}");
            }
        }

        return $"{sizeBytes} bytes";
    }
}
