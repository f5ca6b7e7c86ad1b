namespace WasiGpu.Bench.Kernels;

/// <summary>Checks of results: nothing wrong is timed.</summary>
internal static class Expect
{
    /// <summary>Compares a value with its reference.</summary>
    /// <param name="what">What is compared.</param>
    /// <param name="value">The kernel's value.</param>
    /// <param name="reference">The value in float64.</param>
    /// <param name="tolerance">How far they may lie apart.</param>
    /// <exception cref="BenchFailureException">They lie further apart.</exception>
    internal static void Near(string what, double value, double reference, double tolerance)
    {
        if (!(Math.Abs(value - reference) <= tolerance))
        {
            throw new BenchFailureException($"wrong result: {what} is {value}, not {reference}");
        }
    }
}
