using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>A walk of deep trees, as its kernel gets it; <c>forest-predict.cu</c> says what each part holds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct DeepWalk(
    ulong Codes,
    ulong Tops,
    ulong Units,
    ulong Sums,
    ulong Output,
    ulong RowCount,
    ulong TileCount,
    uint FeatureCount,
    uint TreeCount,
    uint TopDepth,
    uint GroupTrees,
    uint GroupCount,
    uint MinusOne);
