using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Eight float64 lanes in one AVX-512 register.</summary>
internal readonly unsafe struct DoubleLanes512 : IDoubleLanes<DoubleLanes512>
{
    private readonly Vector512<double> _v0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DoubleLanes512(Vector512<double> v0) => _v0 = v0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 operator +(DoubleLanes512 left, DoubleLanes512 right)
    {
        return new(left._v0 + right._v0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 operator -(DoubleLanes512 left, DoubleLanes512 right)
    {
        return new(left._v0 - right._v0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 operator *(DoubleLanes512 left, DoubleLanes512 right)
    {
        return new(left._v0 * right._v0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 Load(float* source)
    {
        return new(Avx512F.ConvertToVector512Double(Vector256.Load(source)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 Splat(double value)
    {
        Vector512<double> all = Vector512.Create(value);
        return new(all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* target, DoubleLanes512 value)
    {
        value._v0.Store(target);
    }
}
