using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>
/// The elementwise functions, in float32 and with explicit fused multiply-adds: every instruction set gives the
/// same bits. Largest errors against float64 over all 2^32 operands, in units in the last place of the result:
/// exp 0.90, log 0.83, sigmoid 2.41, tanh 2.63; the others are correctly rounded.
/// </summary>
internal static class FloatFunctions
{
    /// <summary>Adding it to a number below 2^22 leaves the nearest integer in the low bits of the
    /// sum.</summary>
    private const float RoundingMagic = 12582912;

    private const float Log2E = 1.44269504f;

    // ln(2) rounded, and what the rounding left out.
    private const float Ln2Upper = 0.693147182f;
    private const float Ln2Lower = -1.90465430e-9f;

    internal readonly struct Relu : IFloatFunction
    {
        public static bool IsBinary => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector y)
            where TVector : struct, IFloatVector<TVector>
        {
            TVector zero = TVector.Splat(0);
            return TVector.SelectLess(x, zero, zero, x);
        }
    }

    internal readonly struct Add : IFloatFunction
    {
        public static bool IsBinary => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector y)
            where TVector : struct, IFloatVector<TVector> => x + y;
    }

    internal readonly struct Multiply : IFloatFunction
    {
        public static bool IsBinary => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector y)
            where TVector : struct, IFloatVector<TVector> => x * y;
    }

    internal readonly struct Sqrt : IFloatFunction
    {
        public static bool IsBinary => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector y)
            where TVector : struct, IFloatVector<TVector> => TVector.Sqrt(x);
    }

    internal readonly struct Exp : IFloatFunction
    {
        public static bool IsBinary => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector y)
            where TVector : struct, IFloatVector<TVector>
        {
            // Beyond these bounds results are 0 and infinity.
            TVector bounded = TVector.NotBelow(x, TVector.Splat(-104));
            return ExpOf(TVector.NotAbove(bounded, TVector.Splat(89)));
        }
    }

    internal readonly struct Sigmoid : IFloatFunction
    {
        public static bool IsBinary => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector y)
            where TVector : struct, IFloatVector<TVector>
        {
            // 1 / (1 + e^-x), for negative x multiplied by e^x above and below: nothing overflows.
            TVector zero = TVector.Splat(0);
            TVector one = TVector.Splat(1);
            TVector exp = ExpOf(TVector.NotBelow(zero - TVector.Abs(x), TVector.Splat(-104)));
            return TVector.SelectLess(x, zero, exp, one) / (one + exp);
        }
    }

    internal readonly struct Tanh : IFloatFunction
    {
        public static bool IsBinary => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector y)
            where TVector : struct, IFloatVector<TVector>
        {
            // tanh(|x|) = (1 - e^t) / (1 + e^t) with t = -2 |x|. From t = -20 on it is 1.
            TVector t = TVector.NotBelow(TVector.Splat(-2) * TVector.Abs(x), TVector.Splat(-20));
            TVector shifted = TVector.MultiplyAdd(t, TVector.Splat(Log2E), TVector.Splat(RoundingMagic));
            TVector r = Remainder(t, shifted - TVector.Splat(RoundingMagic));

            // e^t - 1 = 2^k (e^r - 1) + (2^k - 1), with all digits where t is near zero: k is 0 there. The low
            // bits of the shifted value hold k; its higher bits fall out on the left.
            TVector one = TVector.Splat(1);
            TVector power = TVector.AddBits(TVector.ShiftBitsLeft(shifted, 23), one);
            TVector change = TVector.MultiplyAdd(ExpSlope(r) * r, power, power - one);
            return TVector.CopySign(change / (TVector.Splat(-2) - change), x);
        }
    }

    internal readonly struct Log : IFloatFunction
    {
        private const float SmallestNormal = 1.17549435e-38f;

        public static bool IsBinary => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector y)
            where TVector : struct, IFloatVector<TVector>
        {
            TVector zero = TVector.Splat(0);
            if (TVector.AreAllPositiveNormal(x))
            {
                return LogOfNormal(x, zero);
            }

            // Denormals are made normal first. Infinity and NaN are their own logarithms.
            TVector normal = TVector.Splat(SmallestNormal);
            TVector scaled = TVector.SelectLess(x, normal, x * TVector.Splat(8388608), x);
            TVector result = LogOfNormal(scaled, TVector.SelectLess(x, normal, TVector.Splat(-23), zero));
            result = TVector.SelectLess(x, TVector.Splat(float.PositiveInfinity), result, x);
            result = TVector.SelectLess(x, zero, TVector.Splat(float.NaN), result);
            return TVector.SelectEqual(x, zero, TVector.Splat(float.NegativeInfinity), result);
        }

        /// <summary><c>log(x) + offset * ln(2)</c> for positive normal x and whole offsets.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TVector LogOfNormal<TVector>(TVector x, TVector offset)
            where TVector : struct, IFloatVector<TVector>
        {
            // x = mantissa * 2^exponent with a mantissa from 2/3 to 4/3
            TVector twoThirds = TVector.Splat(2f / 3);
            TVector exponentBits = TVector.ShiftBitsRight(TVector.SubtractBits(x, twoThirds), 23);
            TVector mantissa = TVector.SubtractBits(x, TVector.ShiftBitsLeft(exponentBits, 23));
            TVector magic = TVector.Splat(RoundingMagic);
            TVector exponent = TVector.AddBits(exponentBits, magic) - magic + offset;

            // log(1 + f) = f - f^2 / 2 + f^3 p(f)
            TVector f = mantissa - TVector.Splat(1);
            TVector square = f * f;
            TVector p = TVector.Splat(-0.131955644f);
            p = TVector.MultiplyAdd(p, f, TVector.Splat(0.139657345f));
            p = TVector.MultiplyAdd(p, f, TVector.Splat(-0.121142391f));
            p = TVector.MultiplyAdd(p, f, TVector.Splat(0.140103196f));
            p = TVector.MultiplyAdd(p, f, TVector.Splat(-0.166855288f));
            p = TVector.MultiplyAdd(p, f, TVector.Splat(0.200100759f));
            p = TVector.MultiplyAdd(p, f, TVector.Splat(-0.249996874f));
            p = TVector.MultiplyAdd(p, f, TVector.Splat(0.333332234f));
            TVector small = TVector.MultiplyAdd(exponent, TVector.Splat(Ln2Lower), p * f * square);
            small = TVector.MultiplyAdd(square, TVector.Splat(-0.5f), small);
            return TVector.MultiplyAdd(exponent, TVector.Splat(Ln2Upper), f + small);
        }
    }

    /// <summary>e^x for x from -104 to 89: 0 and infinity at the ends. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpOf<TVector>(TVector x)
        where TVector : struct, IFloatVector<TVector>
    {
        // e^x = 2^k * e^r with |r| <= ln(2) / 2
        TVector magic = TVector.Splat(RoundingMagic);
        TVector k = TVector.MultiplyAdd(x, TVector.Splat(Log2E), magic) - magic;
        TVector r = Remainder(x, k);
        return TVector.Scale(TVector.MultiplyAdd(ExpSlope(r), r, TVector.Splat(1)), k);
    }

    /// <summary><c>x - k * ln(2)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Remainder<TVector>(TVector x, TVector k)
        where TVector : struct, IFloatVector<TVector>
    {
        TVector r = TVector.MultiplyAdd(k, TVector.Splat(-Ln2Upper), x);
        return TVector.MultiplyAdd(k, TVector.Splat(-Ln2Lower), r);
    }

    /// <summary><c>(e^r - 1) / r</c> for |r| up to ln(2) / 2: of all polynomials of degree 5 that are 1 at
    /// zero, the one whose e^r has the smallest relative error, 3e-9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpSlope<TVector>(TVector r)
        where TVector : struct, IFloatVector<TVector>
    {
        TVector p = TVector.Splat(0.00138145402f);
        p = TVector.MultiplyAdd(p, r, TVector.Splat(0.00836874511f));
        p = TVector.MultiplyAdd(p, r, TVector.Splat(0.0416683908f));
        p = TVector.MultiplyAdd(p, r, TVector.Splat(0.166665204f));
        p = TVector.MultiplyAdd(p, r, TVector.Splat(0.499999934f));
        return TVector.MultiplyAdd(p, r, TVector.Splat(1));
    }
}
