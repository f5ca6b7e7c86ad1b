using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>The smaller value first.</summary>
internal readonly struct Smallest : IFloatOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First<TVector>(TVector left, TVector right)
        where TVector : struct, IFloatVector<TVector> => TVector.NotAbove(left, right);

    public static float First(float left, float right) => MathF.Min(left, right);
}
