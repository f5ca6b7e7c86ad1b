using System.Runtime.InteropServices;

namespace WasiGpu.Cuda.Native;

/// <summary><c>CUmemPoolProps</c>: 88 bytes, of which the last 56 are reserved and 0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CuMemPoolProps
{
    internal const int AllocationTypePinned = 1;
    internal const int LocationTypeDevice = 1;

    internal int AllocationType;
    internal int HandleTypes;
    internal int LocationType;
    internal int LocationId;
    internal nint SecurityAttributes;
    internal nuint MaxSizeBytes;
    internal fixed byte Reserved[56];
}
