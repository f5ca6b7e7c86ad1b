using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_component_item_t</c>: what an import or export is, 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct ComponentItem
{
    internal const byte KindInstance = 1;
    internal const byte KindFunc = 3;
    internal const byte KindResource = 4;
    internal const byte KindType = 6;

    [FieldOffset(0)]
    internal byte Kind;

    [FieldOffset(8)]
    internal nint Type;

    /// <summary>What the name of a type stands for.</summary>
    [FieldOffset(8)]
    internal ComponentValType ValType;
}
