using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WasiGpu.Cpu;

/// <summary>Eight float64 lanes in four 128-bit vectors of any processor.</summary>
internal readonly unsafe struct DoubleLanes128 : IDoubleLanes<DoubleLanes128>
{
    private readonly Vector128<double> _v0;
    private readonly Vector128<double> _v1;
    private readonly Vector128<double> _v2;
    private readonly Vector128<double> _v3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DoubleLanes128(
        Vector128<double> v0,
        Vector128<double> v1,
        Vector128<double> v2,
        Vector128<double> v3)
    {
        _v0 = v0;
        _v1 = v1;
        _v2 = v2;
        _v3 = v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 operator +(DoubleLanes128 left, DoubleLanes128 right)
    {
        return new(
            left._v0 + right._v0,
            left._v1 + right._v1,
            left._v2 + right._v2,
            left._v3 + right._v3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 operator -(DoubleLanes128 left, DoubleLanes128 right)
    {
        return new(
            left._v0 - right._v0,
            left._v1 - right._v1,
            left._v2 - right._v2,
            left._v3 - right._v3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 operator *(DoubleLanes128 left, DoubleLanes128 right)
    {
        return new(
            left._v0 * right._v0,
            left._v1 * right._v1,
            left._v2 * right._v2,
            left._v3 * right._v3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 Load(float* source)
    {
        Vector128<float> lower = Vector128.Load(source);
        Vector128<float> upper = Vector128.Load(source + 4);
        return new(
            Vector128.WidenLower(lower),
            Vector128.WidenUpper(lower),
            Vector128.WidenLower(upper),
            Vector128.WidenUpper(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 Splat(double value)
    {
        Vector128<double> all = Vector128.Create(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* target, DoubleLanes128 value)
    {
        value._v0.Store(target);
        value._v1.Store(target + 2);
        value._v2.Store(target + 4);
        value._v3.Store(target + 6);
    }
}
