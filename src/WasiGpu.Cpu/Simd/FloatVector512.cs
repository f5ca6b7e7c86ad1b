using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Sixteen float32 lanes in an AVX-512 register.</summary>
internal readonly unsafe struct FloatVector512 : IFloatVector<FloatVector512>
{
    private readonly Vector512<float> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FloatVector512(Vector512<float> value) => _value = value;

    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator +(FloatVector512 left, FloatVector512 right)
    {
        return new(left._value + right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator -(FloatVector512 left, FloatVector512 right)
    {
        return new(left._value - right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator *(FloatVector512 left, FloatVector512 right)
    {
        return new(left._value * right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator /(FloatVector512 left, FloatVector512 right)
    {
        return new(left._value / right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Splat(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, FloatVector512 value) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAroundCaches(float* target, FloatVector512 value)
    {
        value._value.StoreAlignedNonTemporal(target);
    }

    // On x86 the instruction gives its second operand where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 NotBelow(FloatVector512 value, FloatVector512 floor)
    {
        return new(Avx512F.Max(floor._value, value._value));
    }

    // On x86 the instruction gives its second operand where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 NotAbove(FloatVector512 value, FloatVector512 ceiling)
    {
        return new(Avx512F.Min(ceiling._value, value._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Abs(FloatVector512 value) => new(Vector512.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 CopySign(FloatVector512 magnitude, FloatVector512 sign)
    {
        return new(Vector512.CopySign(magnitude._value, sign._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Sqrt(FloatVector512 value) => new(Vector512.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 MultiplyAdd(FloatVector512 left, FloatVector512 right, FloatVector512 addend)
    {
        return new(Avx512F.FusedMultiplyAdd(left._value, right._value, addend._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Scale(FloatVector512 value, FloatVector512 exponent)
    {
        return new(Avx512F.Scale(value._value, exponent._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 AddBits(FloatVector512 left, FloatVector512 right)
    {
        return new((left._value.AsInt32() + right._value.AsInt32()).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 SubtractBits(FloatVector512 left, FloatVector512 right)
    {
        return new((left._value.AsInt32() - right._value.AsInt32()).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 ShiftBitsLeft(FloatVector512 value, int count)
    {
        return new((value._value.AsInt32() << count).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 ShiftBitsRight(FloatVector512 value, int count)
    {
        return new((value._value.AsInt32() >> count).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreAllPositiveNormal(FloatVector512 value)
    {
        // Moved so that the smallest normal number is the smallest integer.
        Vector512<int> moved = value._value.AsInt32() + Vector512.Create(0x7F80_0000);
        return Vector512.LessThanAll(moved, Vector512.Create(int.MinValue + 0x7F00_0000));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 SelectLess(
        FloatVector512 left,
        FloatVector512 right,
        FloatVector512 ifLess,
        FloatVector512 otherwise)
    {
        return new(Vector512.ConditionalSelect(
            Vector512.LessThan(left._value, right._value), ifLess._value, otherwise._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 SelectEqual(
        FloatVector512 left,
        FloatVector512 right,
        FloatVector512 ifEqual,
        FloatVector512 otherwise)
    {
        return new(Vector512.ConditionalSelect(
            Vector512.Equals(left._value, right._value), ifEqual._value, otherwise._value));
    }
}
