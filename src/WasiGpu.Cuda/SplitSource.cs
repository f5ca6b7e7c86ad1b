using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>The samples of find-split, as its kernels get them.</summary>
/// <param name="Column">The feature of row 0.</param>
/// <param name="Labels">f32[rows].</param>
/// <param name="Indices">u32[samples], hostile.</param>
/// <param name="Dense">Where each sample's feature and label are written and found again; 0 to read them anew.</param>
/// <param name="RowLimit">Rows from here on have no label or no feature.</param>
/// <param name="SampleCount">The number of samples.</param>
/// <param name="FeatureCount">Floats from row to row.</param>
/// <param name="SamplesPerBlock">Samples of a block.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SplitSource(
    ulong Column,
    ulong Labels,
    ulong Indices,
    ulong Dense,
    ulong RowLimit,
    ulong SampleCount,
    uint FeatureCount,
    uint SamplesPerBlock);
