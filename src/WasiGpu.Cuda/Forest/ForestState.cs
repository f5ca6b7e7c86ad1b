using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>What checking a forest found, as its kernels write it.</summary>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
internal readonly struct ForestState
{
    internal const int SizeBytes = 64;

    /// <summary>Where <see cref="DistinctCount"/> is.</summary>
    internal const ulong DistinctOffset = 24;

    /// <summary>Where <see cref="BlockUnits"/> is.</summary>
    internal const ulong BlockUnitsOffset = 28;

    internal readonly uint InnerCount;
    internal readonly ForestFlags Flags;
    internal readonly uint Depth;
    internal readonly uint LevelBegin;
    internal readonly uint LevelEnd;
    internal readonly uint Ticket;
    internal readonly uint DistinctCount;
    internal readonly uint BlockUnits;
    internal readonly double Rounding;
}
