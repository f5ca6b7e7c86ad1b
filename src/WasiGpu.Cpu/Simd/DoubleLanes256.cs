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
    public static void Store(double* target, DoubleLanes256 value)
    {
        value._v0.Store(target);
        value._v1.Store(target + 4);
    }
}
