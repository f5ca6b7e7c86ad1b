using System.Runtime.InteropServices;

namespace WasiGpu.WebGpu;

/// <summary>A node of a perfect tree, as the device holds it.</summary>
/// <param name="Column">Where the feature's column begins in a tile of samples.</param>
/// <param name="Key">The threshold, as an integer that sorts like it.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PerfectNode(uint Column, int Key);
