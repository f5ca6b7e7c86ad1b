using System.Diagnostics.CodeAnalysis;

namespace WasiGpu.Conformance;

/// <summary>
/// The comparisons of the suites; each throws <see cref="ConformanceException"/> with the numbers.
/// </summary>
internal static class Expect
{
    /// <summary>The smallest step of float32: what rounding to the result's type may cost anywhere.</summary>
    internal const double SmallestStep = 1.401298464324817e-45;

    private const double FloatEnd = 3.402823669209385e38;

    internal static void True([DoesNotReturnIf(false)] bool condition, string message)
    {
        if (!condition)
        {
            throw new ConformanceException(message);
        }
    }

    internal static void Equal<T>(string what, T expected, T actual)
        where T : IEquatable<T>
    {
        True(expected.Equals(actual), $"{what} is {actual}: expected {expected}");
    }

    internal static void Elements<T>(string what, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged, IEquatable<T>
    {
        Equal($"{what}: length", expected.Length, actual.Length);
        int same = expected.CommonPrefixLength(actual);
        if (same < expected.Length)
        {
            throw new ConformanceException($"{what}[{same}] is {actual[same]}: expected {expected[same]}");
        }
    }

    /// <summary>
    /// NaN for NaN, the same infinity for an infinity, else within the tolerance. Zeros have no sign.
    /// </summary>
    internal static void Close(string what, double expected, double tolerance, float actual)
    {
        if (!IsClose(expected, tolerance, actual))
        {
            throw new ConformanceException(
                $"{what} is {actual:R}: expected {expected:R} +- {tolerance:G3}, "
                + $"off by {Math.Abs(actual - expected):G3}");
        }
    }

    internal static bool IsClose(double expected, double tolerance, float actual)
    {
        if (double.IsNaN(expected) || double.IsNaN(actual))
        {
            return double.IsNaN(expected) && double.IsNaN(actual);
        }

        if (double.IsInfinity(expected))
        {
            return actual == expected;
        }

        // A finite result past float32 is an infinity there; both then stand at the first value past its end.
        double wanted = Math.Clamp(expected, -FloatEnd, FloatEnd);
        double got = Math.Clamp(actual, -FloatEnd, FloatEnd);
        return Math.Abs(got - wanted) <= tolerance + SmallestStep;
    }

    /// <summary>The distance of neighbouring float32 at a value.</summary>
    internal static double Ulp(double value)
    {
        double size = Math.Abs(value);
        int exponent = size < 1e-45 ? -126 : Math.Clamp(Math.ILogB(size), -126, 127);
        return Math.ScaleB(1, exponent - 23);
    }
}
