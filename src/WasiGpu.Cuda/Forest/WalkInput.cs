using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>The operands of a walk with every check, as its kernel gets them.</summary>
/// <param name="Samples">f32[rows][features].</param>
/// <param name="Nodes">16-byte nodes, hostile.</param>
/// <param name="Offsets">u32[trees], hostile.</param>
/// <param name="NodeCount">The number of whole nodes.</param>
/// <param name="MaxMoves">The most moves from node to node before a leaf.</param>
/// <param name="Rounding">Added to a leaf and subtracted again; 0 leaves it as it is.</param>
/// <param name="FeatureCount">The number of features.</param>
/// <param name="TreeCount">The number of trees.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct WalkInput(
    ulong Samples,
    ulong Nodes,
    ulong Offsets,
    ulong NodeCount,
    ulong MaxMoves,
    double Rounding,
    uint FeatureCount,
    uint TreeCount);
