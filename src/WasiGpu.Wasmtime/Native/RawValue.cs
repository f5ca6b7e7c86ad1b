using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_val_raw_t</c>: one argument or result slot, 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct RawValue
{
    [FieldOffset(0)]
    internal uint I32;

    [FieldOffset(0)]
    internal ulong I64;

    [FieldOffset(0)]
    internal float F32;

    [FieldOffset(0)]
    internal double F64;
}
