using System.Diagnostics;

namespace WasiGpu.Bench.Measuring;

/// <summary>Times work: warm, repeatedly, medians.</summary>
internal static class Clock
{
    private const int MinRepeats = 7;
    private const int MaxRepeats = 101;
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(600);

    /// <summary>Seconds that the work takes once.</summary>
    /// <param name="work">The work.</param>
    internal static double Once(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The median of what a measurement returns, after one that warms up.</summary>
    /// <param name="measure">Measures once.</param>
    internal static double Median(Func<double> measure) => Medians(measure, null).First;

    /// <summary>
    /// The medians of two measurements that take turns, so that whatever else the machine does falls on both alike.
    /// </summary>
    /// <param name="first">Measures once.</param>
    /// <param name="second">Measures once; may be null.</param>
    internal static (double First, double Second) Medians(Func<double> first, Func<double>? second)
    {
        first();
        second?.Invoke();
        List<double> firsts = [];
        List<double> seconds = [];
        long start = Stopwatch.GetTimestamp();
        while (firsts.Count < MinRepeats
            || (firsts.Count < MaxRepeats && Stopwatch.GetElapsedTime(start) < Budget))
        {
            firsts.Add(first());
            if (second is not null)
            {
                seconds.Add(second());
            }
        }

        return (MedianOf(firsts), second is null ? 0 : MedianOf(seconds));
    }

    private static double MedianOf(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
