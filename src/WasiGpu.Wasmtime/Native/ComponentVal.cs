using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary>
/// <c>wasmtime_component_val_t</c>: a tagged union, 32 bytes. What it points to is the library's, made by its own
/// functions and freed by <c>wasmtime_component_val_delete</c>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal unsafe struct ComponentVal
{
    [FieldOffset(0)]
    internal ComponentValKind Kind;

    /// <summary>Also a <c>char</c>'s code point, and the bits of an <c>f32</c>.</summary>
    [FieldOffset(8)]
    internal uint U32;

    /// <summary>Also the bits of an <c>f64</c>, and all narrower integers, sign-extended or not.</summary>
    [FieldOffset(8)]
    internal ulong U64;

    /// <summary>A <c>bool</c>, or whether a <c>result</c> is ok.</summary>
    [FieldOffset(8)]
    internal byte Boolean;

    /// <summary>A <c>string</c>; the case of an <c>enum</c> or <c>variant</c>.</summary>
    [FieldOffset(8)]
    internal ByteVec Text;

    /// <summary>A <c>list</c> or <c>tuple</c> of values, a <c>record</c> of fields, <c>flags</c> of names.</summary>
    [FieldOffset(8)]
    internal ComponentVec Items;

    /// <summary>The value of an <c>option</c>; null for none.</summary>
    [FieldOffset(8)]
    internal ComponentVal* OptionPayload;

    /// <summary>A resource, owned or lent.</summary>
    [FieldOffset(8)]
    internal nint Resource;

    /// <summary>The payload of a <c>result</c>; null for none.</summary>
    [FieldOffset(16)]
    internal ComponentVal* ResultPayload;

    /// <summary>The payload of a <c>variant</c>; null for none.</summary>
    [FieldOffset(24)]
    internal ComponentVal* VariantPayload;
}
