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
    public static FloatVector256 operator *(FloatVector256 left, FloatVector256 right)
    {
        return new(left._value * right._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Splat(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, FloatVector256 value) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Sqrt(FloatVector256 value) => new(Vector256.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 MultiplyAdd(FloatVector256 left, FloatVector256 right, FloatVector256 addend)
    {
        return new(Fma.MultiplyAdd(left._value, right._value, addend._value));
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
