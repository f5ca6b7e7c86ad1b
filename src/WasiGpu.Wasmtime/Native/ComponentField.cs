using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_component_valrecord_entry_t</c>, 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ComponentField
{
    internal ByteVec Name;
    internal ComponentVal Value;
}
