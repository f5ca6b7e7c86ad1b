using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>Deep trees, as the kernels that lay them out get them.</summary>
/// <param name="Tops">Per tree 2^topDepth nodes in heap order.</param>
/// <param name="Units">Units of 32 bytes: blocks of three levels, and leaves.</param>
/// <param name="Queue">Blocks that wait.</param>
/// <param name="TopDepth">The levels of the tops.</param>
/// <param name="UnitCapacity">The number of units.</param>
/// <param name="QueueCapacity">The most blocks.</param>
/// <param name="TreeCount">The number of trees.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct DeepForm(
    ulong Tops,
    ulong Units,
    ulong Queue,
    uint TopDepth,
    uint UnitCapacity,
    uint QueueCapacity,
    uint TreeCount);
