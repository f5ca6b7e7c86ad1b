using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>A walk of perfect trees that fit in shared memory with all tables, as its kernels get it;
/// <c>forest-predict.cu</c> says what each part holds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FusedWalk(
    ulong Samples,
    ulong Trees,
    ulong Tables,
    ulong Output,
    ulong RowCount,
    ulong TileCount,
    uint FeatureCount,
    uint TreeCount,
    uint Depth,
    uint TreeBytes,
    uint Levels,
    uint TableWords,
    uint MinusOne,
    uint Unused);
