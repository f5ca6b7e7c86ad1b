using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Eight float32 lanes in an AVX register; needs FMA.</summary>
internal readonly unsafe struct FloatVector256 : IFloatVector<FloatVector256>
{
    private readonly Vector256<float> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FloatVector256(Vector256<float> value) => _value = value;

    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator +(FloatVector256 left, FloatVector256 right)
    {
        return new(left._value + right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator -(FloatVector256 left, FloatVector256 right)
    {
        return new(left._value - right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator *(FloatVector256 left, FloatVector256 right)
    {
        return new(left._value * right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator /(FloatVector256 left, FloatVector256 right)
    {
        return new(left._value / right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Splat(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, FloatVector256 value) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAroundCaches(float* target, FloatVector256 value)
    {
        value._value.StoreAlignedNonTemporal(target);
    }

    // On x86 the instruction gives its second operand where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 NotBelow(FloatVector256 value, FloatVector256 floor)
    {
        return new(Avx.Max(floor._value, value._value));
    }

    // On x86 the instruction gives its second operand where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 NotAbove(FloatVector256 value, FloatVector256 ceiling)
    {
        return new(Avx.Min(ceiling._value, value._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Abs(FloatVector256 value) => new(Vector256.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 CopySign(FloatVector256 magnitude, FloatVector256 sign)
    {
        return new(Vector256.CopySign(magnitude._value, sign._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Sqrt(FloatVector256 value) => new(Vector256.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 MultiplyAdd(FloatVector256 left, FloatVector256 right, FloatVector256 addend)
    {
        return new(Fma.MultiplyAdd(left._value, right._value, addend._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Scale(FloatVector256 value, FloatVector256 exponent)
    {
        // Two factors: one alone is not always a normal number. Only the second product may be rounded.
        Vector256<int> whole = Vector256.ConvertToInt32(exponent._value);
        Vector256<int> half = whole >> 1;
        Vector256<int> bias = Vector256.Create(127);
        return new(value._value
            * ((half + bias) << 23).AsSingle()
            * ((whole - half + bias) << 23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 AddBits(FloatVector256 left, FloatVector256 right)
    {
        return new((left._value.AsInt32() + right._value.AsInt32()).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 SubtractBits(FloatVector256 left, FloatVector256 right)
    {
        return new((left._value.AsInt32() - right._value.AsInt32()).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 ShiftBitsLeft(FloatVector256 value, int count)
    {
        return new((value._value.AsInt32() << count).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 ShiftBitsRight(FloatVector256 value, int count)
    {
        return new((value._value.AsInt32() >> count).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreAllPositiveNormal(FloatVector256 value)
    {
        // Moved so that the smallest normal number is the smallest integer.
        Vector256<int> moved = value._value.AsInt32() + Vector256.Create(0x7F80_0000);
        return Vector256.LessThanAll(moved, Vector256.Create(int.MinValue + 0x7F00_0000));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 SelectLess(
        FloatVector256 left,
        FloatVector256 right,
        FloatVector256 ifLess,
        FloatVector256 otherwise)
    {
        return new(Vector256.ConditionalSelect(
            Vector256.LessThan(left._value, right._value), ifLess._value, otherwise._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 SelectEqual(
        FloatVector256 left,
        FloatVector256 right,
        FloatVector256 ifEqual,
        FloatVector256 otherwise)
    {
        return new(Vector256.ConditionalSelect(
            Vector256.Equals(left._value, right._value), ifEqual._value, otherwise._value));
    }
}
