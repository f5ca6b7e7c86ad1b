namespace WasiGpu.Wasmtime.Native;

/// <summary>The tag of <c>wasmtime_component_val_t</c>. (That of a type counts the numbers in another order.)</summary>
internal enum ComponentValKind : byte
{
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    String,
    List,
    Record,
    Tuple,
    Variant,
    Enum,
    Option,
    Result,
    Flags,
    Resource,
    Map,
}
