using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace WasiGpu.Cpu;

/// <summary>Four float32 lanes of any processor; without FMA it is computed exactly in float64.</summary>
internal readonly unsafe struct FloatVector128 : IFloatVector<FloatVector128>
{
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
    public static FloatVector128 operator *(FloatVector128 left, FloatVector128 right)
    {
        return new(left._value * right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Splat(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, FloatVector128 value) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Sqrt(FloatVector128 value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 MultiplyAdd(FloatVector128 left, FloatVector128 right, FloatVector128 addend)
    {
        return new(Fuse(left._value, right._value, addend._value));
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

    // Exact in float64 but for the last rounding of the sum. Rounding that one to odd keeps what the
    // narrowing to float32 must know, so that the result is rounded once (Boldo and Melquiond, 2008).
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

        Vector128<double> lower = AddToOdd(
            Vector128.WidenLower(left) * Vector128.WidenLower(right), Vector128.WidenLower(addend));
        Vector128<double> upper = AddToOdd(
            Vector128.WidenUpper(left) * Vector128.WidenUpper(right), Vector128.WidenUpper(addend));
        return Vector128.Narrow(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
