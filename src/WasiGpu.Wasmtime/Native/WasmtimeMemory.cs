using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_memory_t</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct WasmtimeMemory
{
    [FieldOffset(0)]
    internal ulong StoreId;

    [FieldOffset(8)]
    internal uint Private1;

    [FieldOffset(16)]
    internal uint Private2;
}
