using System.Diagnostics;

namespace WasiGpu.Bench.Measuring;

/// <summary>Times work: warm, repeatedly, medians.</summary>
/// <param name="budget">How long to repeat, at least.</param>
/// <param name="minRepeats">How often to repeat, at least.</param>
internal sealed class BenchClock(TimeSpan budget, int minRepeats)
{
    private const int MaxRepeats = 101;

    /// <summary>Seconds that the work takes once.</summary>
    /// <param name="work">The work.</param>
    internal static double Once(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The median of some values, which it sorts.</summary>
    /// <param name="values">At least one value.</param>
    internal static double MedianOf(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    /// <summary>The median of what a measurement returns, after one that warms up.</summary>
    /// <param name="measure">Measures once.</param>
    internal double Median(Func<double> measure) => Medians(measure)[0];

    /// <summary>
    /// The medians of measurements that take turns, so that whatever else the machine does falls on all alike.
    /// </summary>
    /// <param name="measures">Each measures once.</param>
    internal double[] Medians(params Func<double>[] measures)
    {
        List<double>[] values = [.. measures.Select(_ => new List<double>())];
        foreach (Func<double> measure in measures)
        {
            _ = measure();
        }

        long start = Stopwatch.GetTimestamp();
        while (values[0].Count < minRepeats
            || (values[0].Count < MaxRepeats && Stopwatch.GetElapsedTime(start) < budget))
        {
            for (int i = 0; i < measures.Length; i++)
            {
                values[i].Add(measures[i]());
            }
        }

        return [.. values.Select(MedianOf)];
    }
}
