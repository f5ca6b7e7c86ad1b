using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>Search trees of the thresholds, as the kernels that turn samples into codes get them.</summary>
/// <param name="Tables">Per feature 2^levels words in heap order.</param>
/// <param name="Begins">The first word of each feature.</param>
/// <param name="Levels">The levels of each feature.</param>
/// <param name="Thresholds">All distinct thresholds, feature by feature.</param>
/// <param name="FeatureBegin">Where each feature begins among them, and where the last ends.</param>
/// <param name="Step">Each key of a table stands for so many thresholds.</param>
/// <param name="FeatureCount">The number of features.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct CodeTables(
    ulong Tables,
    ulong Begins,
    ulong Levels,
    ulong Thresholds,
    ulong FeatureBegin,
    uint Step,
    uint FeatureCount);
