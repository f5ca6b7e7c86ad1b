using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>Perfect trees, as the kernel that lays them out gets them.</summary>
/// <param name="Trees">Per tree 2^depth nodes in heap order, then 2^depth leaves.</param>
/// <param name="Depth">The levels above the leaves.</param>
/// <param name="NodeBytes">2 or 4.</param>
/// <param name="TreeBytes">Bytes of a tree.</param>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal readonly record struct PerfectForm(ulong Trees, uint Depth, uint NodeBytes, uint TreeBytes);
