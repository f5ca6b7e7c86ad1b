using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>
/// exp, sigmoid, tanh and log of float32 values, computed in float64 and rounded once at the end: their
/// relative error before that rounding is below 1e-10, a thousandth of an ulp, denormal results included.
/// </summary>
internal static class FloatFunctions
{
    /// <summary>Adding it to a number of moderate size leaves the nearest integer in the low bits of the
    /// sum.</summary>
    private const double RoundingMagic = 6755399441055744.0;

    private const double Log2E = 1.4426950408889634;

    // The upper part has 32 trailing zero bits: its product with an exponent is exact.
    private const double Ln2Upper = 0.693147180369123816490;
    private const double Ln2Lower = 1.90821492927058770002e-10;

    internal readonly struct Exp : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Apply<TLanes>(TLanes x)
            where TLanes : struct, IDoubleLanes<TLanes>
        {
            return TLanes.SelectEqual(x, x, ExpOf(x), x);
        }
    }

    internal readonly struct Sigmoid : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Apply<TLanes>(TLanes x)
            where TLanes : struct, IDoubleLanes<TLanes>
        {
            TLanes one = TLanes.Splat(1);
            TLanes result = one / (one + ExpOf(TLanes.Splat(0) - x));
            return TLanes.SelectEqual(x, x, result, x);
        }
    }

    internal readonly struct Tanh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Apply<TLanes>(TLanes x)
            where TLanes : struct, IDoubleLanes<TLanes>
        {
            TLanes one = TLanes.Splat(1);
            TLanes growth = ExpOf(x + x);
            TLanes far = (growth - one) / (growth + one);

            // Near zero the difference above loses its digits; four terms of the series are exact enough
            // there.
            TLanes square = x * x;
            TLanes series = TLanes.Splat(-17.0 / 315) * square + TLanes.Splat(2.0 / 15);
            series = series * square + TLanes.Splat(-1.0 / 3);
            TLanes near = series * square * x + x;
            TLanes result = TLanes.SelectLess(square, TLanes.Splat(1.0 / 4096), near, far);
            return TLanes.SelectEqual(x, x, result, x);
        }
    }

    internal readonly struct Log : IFloatFunction
    {
        /// <summary>The bits of sqrt(1/2): mantissas from there on are brought to [sqrt(1/2),
        /// sqrt(2)).</summary>
        private const long HalfRootBits = 0x3FE6A09E667F3BCD;

        /// <summary>Keeps the exponent positive while it is shifted.</summary>
        private const long ExponentBias = 1024L;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Apply<TLanes>(TLanes x)
            where TLanes : struct, IDoubleLanes<TLanes>
        {
            // x = mantissa * 2^exponent. Every float32, denormals too, is a normal float64.
            TLanes biased = TLanes.SubtractBits(x, Bits<TLanes>(HalfRootBits - (ExponentBias << 52)));
            TLanes exponentBits = TLanes.SubtractBits(
                TLanes.ShiftBitsRight(biased, 52), Bits<TLanes>(ExponentBias));
            TLanes mantissa = TLanes.SubtractBits(x, TLanes.ShiftBitsLeft(exponentBits, 52));
            TLanes magic = TLanes.Splat(RoundingMagic);
            TLanes exponent = TLanes.AddBits(exponentBits, magic) - magic;

            // log(m) = 2 artanh(s), s = (m - 1) / (m + 1), at most 0.172.
            TLanes one = TLanes.Splat(1);
            TLanes s = (mantissa - one) / (mantissa + one);
            TLanes square = s * s;
            TLanes series = TLanes.Splat(2.0 / 15) * square + TLanes.Splat(2.0 / 13);
            series = series * square + TLanes.Splat(2.0 / 11);
            series = series * square + TLanes.Splat(2.0 / 9);
            series = series * square + TLanes.Splat(2.0 / 7);
            series = series * square + TLanes.Splat(2.0 / 5);
            series = series * square + TLanes.Splat(2.0 / 3);
            series = series * square + TLanes.Splat(2);
            TLanes result = exponent * TLanes.Splat(Ln2Upper)
                + (series * s + exponent * TLanes.Splat(Ln2Lower));

            TLanes zero = TLanes.Splat(0);
            TLanes infinity = TLanes.Splat(double.PositiveInfinity);
            result = TLanes.SelectEqual(x, infinity, infinity, result);
            result = TLanes.SelectEqual(x, zero, TLanes.Splat(double.NegativeInfinity), result);
            result = TLanes.SelectLess(x, zero, TLanes.Splat(double.NaN), result);
            return TLanes.SelectEqual(x, x, result, x);
        }
    }

    /// <summary>e^x, never 0 or infinite in float64; any value for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ExpOf<TLanes>(TLanes x)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        // Beyond these bounds float32 results no longer change.
        TLanes lowest = TLanes.Splat(-200);
        TLanes highest = TLanes.Splat(200);
        TLanes bounded = TLanes.SelectLess(x, lowest, lowest, x);
        bounded = TLanes.SelectLess(highest, bounded, highest, bounded);

        // e^x = 2^k * e^r with |r| <= ln(2) / 2; the series of e^r is cut after r^9.
        TLanes magic = TLanes.Splat(RoundingMagic);
        TLanes shifted = bounded * TLanes.Splat(Log2E) + magic;
        TLanes k = shifted - magic;
        TLanes r = bounded - k * TLanes.Splat(Ln2Upper) - k * TLanes.Splat(Ln2Lower);
        TLanes series = r * TLanes.Splat(1.0 / 362880) + TLanes.Splat(1.0 / 40320);
        series = series * r + TLanes.Splat(1.0 / 5040);
        series = series * r + TLanes.Splat(1.0 / 720);
        series = series * r + TLanes.Splat(1.0 / 120);
        series = series * r + TLanes.Splat(1.0 / 24);
        series = series * r + TLanes.Splat(1.0 / 6);
        series = series * r + TLanes.Splat(1.0 / 2);
        series = series * r + TLanes.Splat(1);
        series = series * r + TLanes.Splat(1);

        // The low bits of the shifted value hold k; its higher bits fall out on the left.
        return TLanes.AddBits(series, TLanes.ShiftBitsLeft(shifted, 52));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Bits<TLanes>(long bits)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        return TLanes.Splat(BitConverter.Int64BitsToDouble(bits));
    }
}
