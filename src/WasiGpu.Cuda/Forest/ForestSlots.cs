using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>What the walk of all nodes of a forest writes, as its kernels get it; <c>forest-compile.cu</c> says what
/// each part holds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ForestSlots(
    ulong State,
    ulong Items,
    ulong Compact,
    ulong Keys,
    ulong Marks,
    ulong TreeMax,
    ulong TreeMin,
    ulong TreeError,
    uint Capacity);
