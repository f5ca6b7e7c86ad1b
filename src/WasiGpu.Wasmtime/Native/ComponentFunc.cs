using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_component_func_t</c>, 32 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct ComponentFunc
{
    [FieldOffset(0)]
    internal ulong StoreId;

    [FieldOffset(8)]
    internal ulong Private1;

    [FieldOffset(16)]
    internal ulong Private2;

    [FieldOffset(24)]
    internal ulong Private3;
}
