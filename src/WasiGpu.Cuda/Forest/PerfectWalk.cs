using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>A walk of perfect trees, as its kernels get it; <c>forest-predict.cu</c> says what each part
/// holds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PerfectWalk(
    ulong Codes,
    ulong Trees,
    ulong Sums,
    ulong Output,
    ulong RowCount,
    ulong TileCount,
    uint FeatureCount,
    uint TreeCount,
    uint Depth,
    uint TreeBytes,
    uint GroupTrees,
    uint GroupCount,
    uint MinusOne,
    uint Minus65536);
