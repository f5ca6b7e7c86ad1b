using System.Diagnostics;

namespace WasiGpu.Bench.Measuring;

/// <summary>Runs the same work on several threads at once.</summary>
internal static class Crew
{
    /// <summary>Seconds from the start of the first thread to the end of the last.</summary>
    /// <param name="threads">The number of threads.</param>
    /// <param name="work">The work of the thread with this number.</param>
    internal static double Run(int threads, Action<int> work)
    {
        long[] starts = new long[threads];
        long[] ends = new long[threads];
        using Barrier ready = new(threads);

        void Member(int number)
        {
            ready.SignalAndWait();
            starts[number] = Stopwatch.GetTimestamp();
            work(number);
            ends[number] = Stopwatch.GetTimestamp();
        }

        Thread[] others = new Thread[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            int number = i + 1;
            others[i] = new Thread(() => Member(number));
            others[i].Start();
        }

        Member(0);
        foreach (Thread other in others)
        {
            other.Join();
        }

        return Stopwatch.GetElapsedTime(starts.Min(), ends.Max()).TotalSeconds;
    }
}
