using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasm_byte_vec_t</c>; also a name and a message. Freed by <c>wasm_byte_vec_delete</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ByteVec
{
    internal nuint Size;
    internal byte* Data;
}
