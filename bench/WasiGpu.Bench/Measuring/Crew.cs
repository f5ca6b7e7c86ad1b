using System.Diagnostics;

namespace WasiGpu.Bench.Measuring;

/// <summary>Runs work on several threads at once.</summary>
internal static class Crew
{
    /// <summary>
    /// Seconds from the start of the first thread to the end of the last. The threads take pieces of the work until
    /// none is left: a fixed share each would wait for a thread that the machine held up.
    /// </summary>
    /// <param name="threads">The number of threads.</param>
    /// <param name="pieces">The number of pieces.</param>
    /// <param name="work">The work on the piece with the second number, on the thread with the first.</param>
    internal static double Run(int threads, int pieces, Action<int, int> work)
    {
        long[] starts = new long[threads];
        long[] ends = new long[threads];
        int taken = -1;
        using Barrier ready = new(threads);

        void Member(int number)
        {
            ready.SignalAndWait();
            starts[number] = Stopwatch.GetTimestamp();
            for (int piece = Interlocked.Increment(ref taken); piece < pieces; piece = Interlocked.Increment(ref taken))
            {
                work(number, piece);
            }

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
