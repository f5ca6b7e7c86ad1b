using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_component_instance_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ComponentInstance
{
    internal ulong StoreId;
    internal ulong Private;
}
