using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Eight float64 lanes in two AVX registers.</summary>
internal readonly unsafe struct DoubleLanes256 : IDoubleLanes<DoubleLanes256>
{
    private readonly Vector256<double> _v0;
    private readonly Vector256<double> _v1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DoubleLanes256(Vector256<double> v0, Vector256<double> v1)
    {
        _v0 = v0;
        _v1 = v1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 operator +(DoubleLanes256 left, DoubleLanes256 right)
    {
        return new(left._v0 + right._v0, left._v1 + right._v1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 operator -(DoubleLanes256 left, DoubleLanes256 right)
    {
        return new(left._v0 - right._v0, left._v1 - right._v1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 operator *(DoubleLanes256 left, DoubleLanes256 right)
    {
        return new(left._v0 * right._v0, left._v1 * right._v1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 operator /(DoubleLanes256 left, DoubleLanes256 right)
    {
        return new(left._v0 / right._v0, left._v1 / right._v1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 Load(float* source)
    {
        return new(
            Avx.ConvertToVector256Double(Vector128.Load(source)),
            Avx.ConvertToVector256Double(Vector128.Load(source + 4)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 Splat(double value)
    {
        Vector256<double> all = Vector256.Create(value);
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(float* target, DoubleLanes256 value)
    {
        Avx.ConvertToVector128Single(value._v0).Store(target);
        Avx.ConvertToVector128Single(value._v1).Store(target + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* target, DoubleLanes256 value)
    {
        value._v0.Store(target);
        value._v1.Store(target + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 SelectLess(
        DoubleLanes256 left,
        DoubleLanes256 right,
        DoubleLanes256 ifLess,
        DoubleLanes256 otherwise)
    {
        return new(
            Vector256.ConditionalSelect(Vector256.LessThan(left._v0, right._v0), ifLess._v0, otherwise._v0),
            Vector256.ConditionalSelect(Vector256.LessThan(left._v1, right._v1), ifLess._v1, otherwise._v1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 SelectEqual(
        DoubleLanes256 left,
        DoubleLanes256 right,
        DoubleLanes256 ifEqual,
        DoubleLanes256 otherwise)
    {
        return new(
            Vector256.ConditionalSelect(Vector256.Equals(left._v0, right._v0), ifEqual._v0, otherwise._v0),
            Vector256.ConditionalSelect(Vector256.Equals(left._v1, right._v1), ifEqual._v1, otherwise._v1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 AddBits(DoubleLanes256 left, DoubleLanes256 right)
    {
        return new(
            (left._v0.AsInt64() + right._v0.AsInt64()).AsDouble(),
            (left._v1.AsInt64() + right._v1.AsInt64()).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 SubtractBits(DoubleLanes256 left, DoubleLanes256 right)
    {
        return new(
            (left._v0.AsInt64() - right._v0.AsInt64()).AsDouble(),
            (left._v1.AsInt64() - right._v1.AsInt64()).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 ShiftBitsLeft(DoubleLanes256 value, int count)
    {
        return new(
            Vector256.ShiftLeft(value._v0.AsInt64(), count).AsDouble(),
            Vector256.ShiftLeft(value._v1.AsInt64(), count).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 ShiftBitsRight(DoubleLanes256 value, int count)
    {
        return new(
            Vector256.ShiftRightLogical(value._v0.AsInt64(), count).AsDouble(),
            Vector256.ShiftRightLogical(value._v1.AsInt64(), count).AsDouble());
    }
}
