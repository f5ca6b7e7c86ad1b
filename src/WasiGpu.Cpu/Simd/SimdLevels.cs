using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Names of the instruction sets, and which of them this process can use.</summary>
internal static class SimdLevels
{
    internal static IReadOnlyList<string> Names { get; } = ["avx512", "avx2", "portable"];

    /// <summary>The widest that this process can use.</summary>
    internal static SimdLevel Best =>
        IsSupported(SimdLevel.Avx512) ? SimdLevel.Avx512
        : IsSupported(SimdLevel.Avx2) ? SimdLevel.Avx2
        : SimdLevel.Portable;

    internal static bool IsSupported(SimdLevel level)
    {
        return level switch
        {
            // Not accelerated also means: present, but so slow in wide form that the runtime avoids it.
            SimdLevel.Avx512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported,
            SimdLevel.Avx2 => Avx2.IsSupported && Fma.IsSupported,
            _ => true,
        };
    }

    internal static string NameOf(SimdLevel level)
    {
        return level switch
        {
            SimdLevel.Avx512 => "avx512",
            SimdLevel.Avx2 => "avx2",
            _ => "portable",
        };
    }

    internal static bool TryParse(string name, out SimdLevel level)
    {
        foreach (SimdLevel candidate in Enum.GetValues<SimdLevel>())
        {
            if (NameOf(candidate) == name)
            {
                level = candidate;
                return true;
            }
        }

        level = default;
        return false;
    }
}
