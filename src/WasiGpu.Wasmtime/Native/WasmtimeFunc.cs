using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_func_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WasmtimeFunc
{
    internal ulong StoreId;
    internal nint FuncRef;
}
