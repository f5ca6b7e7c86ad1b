using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>The larger value first.</summary>
internal readonly struct Largest : IFloatOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First<TVector>(TVector left, TVector right)
        where TVector : struct, IFloatVector<TVector> => TVector.NotBelow(left, right);

    public static float First(float left, float right) => MathF.Max(left, right);
}
