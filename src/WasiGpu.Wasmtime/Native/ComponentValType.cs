using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_component_valtype_t</c>, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ComponentValType
{
    internal byte Kind;
    internal nint Type;
}
