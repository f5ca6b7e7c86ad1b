using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary>
/// <c>wasmtime_component_vallist_t</c> and the other vectors of values: of <see cref="ComponentVal"/>, of
/// <see cref="ComponentField"/>, or of <see cref="ByteVec"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ComponentVec
{
    internal nuint Size;
    internal void* Data;
}
