using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>struct statx</c> of Linux, 256 bytes, the same on every processor.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    internal const ushort TypeMask = 0xF000;
    internal const ushort TypeFile = 0x8000;
    internal const ushort TypeFolder = 0x4000;

    /// <summary>Write permissions of the group and of everybody.</summary>
    internal const ushort WritableByOthers = 0x12;

    [FieldOffset(20)]
    internal uint UserId;

    [FieldOffset(28)]
    internal ushort Mode;
}
