using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Four float32 lanes of any processor; without FMA it is computed exactly in float64.</summary>
internal readonly unsafe struct FloatVector128 : IFloatVector<FloatVector128>
{
    private const double SmallestNormal = 1.1754943508222875e-38;

    private readonly Vector128<float> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FloatVector128(Vector128<float> value) => _value = value;

    public static int Width => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator +(FloatVector128 left, FloatVector128 right)
    {
        return new(left._value + right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator -(FloatVector128 left, FloatVector128 right)
    {
        return new(left._value - right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator *(FloatVector128 left, FloatVector128 right)
    {
        return new(left._value * right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator /(FloatVector128 left, FloatVector128 right)
    {
        return new(left._value / right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Splat(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, FloatVector128 value) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAroundCaches(float* target, FloatVector128 value)
    {
        value._value.StoreAlignedNonTemporal(target);
    }

    // On x86 the instruction gives its second operand where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 NotBelow(FloatVector128 value, FloatVector128 floor)
    {
        return new(Sse.IsSupported
            ? Sse.Max(floor._value, value._value)
            : Vector128.Max(floor._value, value._value));
    }

    // On x86 the instruction gives its second operand where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 NotAbove(FloatVector128 value, FloatVector128 ceiling)
    {
        return new(Sse.IsSupported
            ? Sse.Min(ceiling._value, value._value)
            : Vector128.Min(ceiling._value, value._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Abs(FloatVector128 value) => new(Vector128.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 CopySign(FloatVector128 magnitude, FloatVector128 sign)
    {
        return new(Vector128.CopySign(magnitude._value, sign._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Sqrt(FloatVector128 value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 MultiplyAdd(FloatVector128 left, FloatVector128 right, FloatVector128 addend)
    {
        return new(Fuse(left._value, right._value, addend._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Scale(FloatVector128 value, FloatVector128 exponent)
    {
        // Two factors: one alone is not always a normal number. Only the second product may be rounded.
        Vector128<int> whole = Vector128.ConvertToInt32(exponent._value);
        Vector128<int> half = whole >> 1;
        Vector128<int> bias = Vector128.Create(127);
        return new(value._value
            * ((half + bias) << 23).AsSingle()
            * ((whole - half + bias) << 23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 AddBits(FloatVector128 left, FloatVector128 right)
    {
        return new((left._value.AsInt32() + right._value.AsInt32()).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 SubtractBits(FloatVector128 left, FloatVector128 right)
    {
        return new((left._value.AsInt32() - right._value.AsInt32()).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 ShiftBitsLeft(FloatVector128 value, int count)
    {
        return new((value._value.AsInt32() << count).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 ShiftBitsRight(FloatVector128 value, int count)
    {
        return new((value._value.AsInt32() >> count).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreAllPositiveNormal(FloatVector128 value)
    {
        // Moved so that the smallest normal number is the smallest integer.
        Vector128<int> moved = value._value.AsInt32() + Vector128.Create(0x7F80_0000);
        return Vector128.LessThanAll(moved, Vector128.Create(int.MinValue + 0x7F00_0000));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 SelectLess(
        FloatVector128 left,
        FloatVector128 right,
        FloatVector128 ifLess,
        FloatVector128 otherwise)
    {
        return new(Vector128.ConditionalSelect(
            Vector128.LessThan(left._value, right._value), ifLess._value, otherwise._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 SelectEqual(
        FloatVector128 left,
        FloatVector128 right,
        FloatVector128 ifEqual,
        FloatVector128 otherwise)
    {
        return new(Vector128.ConditionalSelect(
            Vector128.Equals(left._value, right._value), ifEqual._value, otherwise._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fuse(
        Vector128<float> left,
        Vector128<float> right,
        Vector128<float> addend)
    {
        if (AdvSimd.IsSupported)
        {
            return Vector128.FusedMultiplyAdd(left, right, addend);
        }

        // Products are exact in float64, sums are rounded there. The second rounding, to float32, can go wrong
        // only where the first one ended in the middle between two float32 numbers.
        Vector128<double> lower =
            (Vector128.WidenLower(left) * Vector128.WidenLower(right)) + Vector128.WidenLower(addend);
        Vector128<double> upper =
            (Vector128.WidenUpper(left) * Vector128.WidenUpper(right)) + Vector128.WidenUpper(addend);
        return Vector128.EqualsAll(MayBeMiddle(lower) | MayBeMiddle(upper), Vector128<long>.Zero)
            ? Vector128.Narrow(lower, upper)
            : FuseByRoundingToOdd(left, right, addend);
    }

    // In a number that float32 can hold in full precision, the middle is the first bit that it lacks, alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> MayBeMiddle(Vector128<double> sum)
    {
        Vector128<long> bitsBelow = sum.AsInt64() & Vector128.Create((1L << 29) - 1);
        return Vector128.Equals(bitsBelow, Vector128.Create(1L << 28))
            | Vector128.LessThan(Vector128.Abs(sum), Vector128.Create(SmallestNormal)).AsInt64();
    }

    // Rounding the sum to odd keeps what the narrowing to float32 must know, so that the result is rounded once
    // (Boldo and Melquiond, 2008).
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<float> FuseByRoundingToOdd(
        Vector128<float> left,
        Vector128<float> right,
        Vector128<float> addend)
    {
        Vector128<double> lower = AddToOdd(
            Vector128.WidenLower(left) * Vector128.WidenLower(right), Vector128.WidenLower(addend));
        Vector128<double> upper = AddToOdd(
            Vector128.WidenUpper(left) * Vector128.WidenUpper(right), Vector128.WidenUpper(addend));
        return Vector128.Narrow(lower, upper);
    }

    private static Vector128<double> AddToOdd(Vector128<double> product, Vector128<double> addend)
    {
        Vector128<double> sum = product + addend;
        Vector128<double> addendPart = sum - product;
        Vector128<double> error = (product - (sum - addendPart)) + (addend - addendPart);

        // An even sum with an error moves by one unit towards it; an odd one stays. Where the sum is not
        // finite, the error is NaN and both comparisons are false.
        Vector128<long> isEven = Vector128.Equals(sum.AsInt64() & Vector128<long>.One, Vector128<long>.Zero);
        Vector128<long> isSumNegative = Vector128.LessThan(sum, Vector128<double>.Zero).AsInt64();
        Vector128<long> isAbove = Vector128.GreaterThan(error, Vector128<double>.Zero).AsInt64();
        Vector128<long> isBelow = Vector128.LessThan(error, Vector128<double>.Zero).AsInt64();

        // The bits of a negative number grow as it falls. A mask is -1, so subtracting it adds one.
        Vector128<long> grows = Vector128.ConditionalSelect(isSumNegative, isBelow, isAbove);
        Vector128<long> shrinks = Vector128.ConditionalSelect(isSumNegative, isAbove, isBelow);
        return (sum.AsInt64() - (grows & isEven) + (shrinks & isEven)).AsDouble();
    }
}
