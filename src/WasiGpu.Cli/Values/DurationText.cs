using System.Globalization;

namespace WasiGpu.Cli.Values;

/// <summary>Durations as users write them: <c>500ms</c>, <c>2s</c>, <c>1m</c>, <c>1h</c>.</summary>
internal static class DurationText
{
    /// <summary>What is allowed, for messages.</summary>
    internal const string Allowed = "a whole number above 0 and a unit, such as 500ms, 2s, 1m or 1h, at most 1000h";

    /// <summary>The longest: what a timer of the framework can hold, rounded down.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1000);

    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">Above zero.</param>
    /// <returns>False when the text is no duration.</returns>
    internal static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        string number = text.TrimEnd("abcdefghijklmnopqrstuvwxyz".ToCharArray());
        long unitMs = text[number.Length..] switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => 0,
        };
        if (unitMs == 0
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || count == 0)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(count * unitMs);
        return duration <= Longest;
    }

    /// <summary>A duration in the largest unit that holds it without a rest: <c>90s</c>, <c>2m</c>.</summary>
    /// <param name="duration">A duration of whole milliseconds.</param>
    internal static string Format(TimeSpan duration)
    {
        long milliseconds = (long)duration.TotalMilliseconds;
        return milliseconds switch
        {
            _ when milliseconds % 3_600_000 == 0 => $"{milliseconds / 3_600_000}h",
            _ when milliseconds % 60_000 == 0 => $"{milliseconds / 60_000}m",
            _ when milliseconds % 1_000 == 0 => $"{milliseconds / 1_000}s",
            _ => $"{milliseconds}ms",
        };
    }
}
