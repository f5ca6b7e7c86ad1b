using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>A guest's forest, as the kernels that compile it get it.</summary>
/// <param name="Nodes">16-byte nodes, hostile.</param>
/// <param name="Offsets">u32[trees], hostile.</param>
/// <param name="NodeCount">The number of whole nodes.</param>
/// <param name="MaxMoves">The most moves from node to node before a leaf.</param>
/// <param name="FeatureCount">The number of features.</param>
/// <param name="TreeCount">The number of trees.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ForestInput(
    ulong Nodes,
    ulong Offsets,
    ulong NodeCount,
    ulong MaxMoves,
    uint FeatureCount,
    uint TreeCount);
