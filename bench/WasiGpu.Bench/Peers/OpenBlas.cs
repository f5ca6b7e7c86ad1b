using WasiGpu.Bench.Kernels;
using WasiGpu.Bench.Measuring;
using WasiGpu.Bench.Peers.Native;

namespace WasiGpu.Bench.Peers;

/// <summary>OpenBLAS as installed, with its best kernels for the processor, in this process.</summary>
internal sealed unsafe class OpenBlas
{
    private const string CoreTypeVariable = "OPENBLAS_CORETYPE";

    /// <summary>How long its threads look for work before they sleep, as a power of two of clock ticks.</summary>
    private const string ThreadTimeoutVariable = "OPENBLAS_THREAD_TIMEOUT";

    /// <summary>About 0.1 ms: by default they would keep the processors busy for tens of milliseconds, while others
    /// are measured.</summary>
    private const string ThreadTimeout = "18";

    private const double Tolerance = 1e-4;

    private readonly string _name;

    private OpenBlas(string name) => _name = name;

    /// <summary>Loads the library, or says that it is absent.</summary>
    /// <param name="missing">Gets the sentence.</param>
    internal static OpenBlas? TryLoad(Action<string> missing)
    {
        Dictionary<string, string> variables = new() { [ThreadTimeoutVariable] = ThreadTimeout };
        if (BestCoreType() is { } coreType)
        {
            variables.Add(CoreTypeVariable, coreType);
        }

        if (!OpenBlasLibrary.TryLoad(variables))
        {
            missing("peer OpenBLAS is absent: libopenblas.so.0 not found (Debian: libopenblas0)");
            return null;
        }

        // "OpenBLAS 0.3.21 DYNAMIC_ARCH ...": the version is the second word.
        string version = OpenBlasLibrary.Config().Split(' ').ElementAtOrDefault(1) ?? "";
        return new OpenBlas($"OpenBLAS {version} {OpenBlasLibrary.CoreName()}");
    }

    /// <summary>The product of a matrix with itself.</summary>
    /// <param name="pattern">Its content, which it repeats.</param>
    /// <param name="n">Rows and columns.</param>
    /// <param name="threads">Threads to use.</param>
    internal Rival Product(float[] pattern, int n, int threads)
    {
        float[] a = new float[(long)n * n];
        for (long i = 0; i < a.LongLength; i++)
        {
            a[i] = pattern[i % pattern.Length];
        }

        float[] c = new float[a.LongLength];
        bool isChecked = false;
        return new Rival(_name, () =>
        {
            OpenBlasLibrary.SetThreads(threads);

            // Wakes its threads and fills the caches, as the calls before do for ours.
            Multiply(a, c, n);
            double seconds = BenchClock.Once(() => Multiply(a, c, n));
            if (!isChecked)
            {
                CheckFirst(a, c, n);
                isChecked = true;
            }

            return seconds;
        });
    }

    private static void Multiply(float[] a, float[] c, int n)
    {
        fixed (float* source = a, target = c)
        {
            OpenBlasLibrary.Multiply(n, source, source, target);
        }
    }

    private static void CheckFirst(float[] a, float[] c, int n)
    {
        double reference = 0;
        for (int k = 0; k < n; k++)
        {
            reference += (double)a[k] * a[(long)k * n];
        }

        Expect.Near("OpenBLAS's c[0][0]", c[0], reference, reference * Tolerance);
    }

    /// <summary>
    /// The widest kernels that the processor runs: the library itself takes narrower ones on processors that are newer
    /// than it. Null leaves the choice to it.
    /// </summary>
    private static string? BestCoreType()
    {
        try
        {
            string flags = File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "";
            HashSet<string> has = [.. flags.Split(' ')];
            bool isWide = has.IsSupersetOf(["avx512f", "avx512bw", "avx512dq", "avx512vl"]);
            return isWide ? "SkylakeX" : has.IsSupersetOf(["avx2", "fma"]) ? "Haswell" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
