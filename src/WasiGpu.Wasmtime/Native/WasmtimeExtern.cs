using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_extern_t</c>: a tagged union, 32 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct WasmtimeExtern
{
    internal const byte KindFunc = 0;
    internal const byte KindMemory = 3;

    [FieldOffset(0)]
    internal byte Kind;

    [FieldOffset(8)]
    internal WasmtimeFunc Func;

    [FieldOffset(8)]
    internal WasmtimeMemory Memory;
}
