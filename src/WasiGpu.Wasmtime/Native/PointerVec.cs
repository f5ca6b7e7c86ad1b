using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasm_valtype_vec_t</c>, <c>wasm_frame_vec_t</c>: a vector of owned pointers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PointerVec
{
    internal nuint Size;
    internal nint* Data;
}
