namespace WasiGpu.Wasmtime;

/// <summary>
/// A type of a value: of a core module, with its code in the binary format, or of a component, with a number of this
/// library's own. <see cref="F32"/> and <see cref="F64"/> are both.
/// </summary>
public enum WasmType : byte
{
    /// <summary>Component: <c>bool</c>.</summary>
    Boolean = 1,

    /// <summary>Component: 8-bit integer with a sign.</summary>
    S8,

    /// <summary>Component: 8-bit integer without a sign.</summary>
    U8,

    /// <summary>Component: 16-bit integer with a sign.</summary>
    S16,

    /// <summary>Component: 16-bit integer without a sign.</summary>
    U16,

    /// <summary>Component: 32-bit integer with a sign.</summary>
    S32,

    /// <summary>Component: 32-bit integer without a sign.</summary>
    U32,

    /// <summary>Component: 64-bit integer with a sign.</summary>
    S64,

    /// <summary>Component: 64-bit integer without a sign.</summary>
    U64,

    /// <summary>Component: a Unicode scalar value, <c>char</c>.</summary>
    Char,

    /// <summary>Component: <c>string</c>.</summary>
    Text,

    /// <summary>Component: <c>list</c>.</summary>
    List,

    /// <summary>Component: <c>record</c>, named fields.</summary>
    Record,

    /// <summary>Component: <c>tuple</c>.</summary>
    Tuple,

    /// <summary>Component: <c>variant</c>, one of several cases, with or without a payload.</summary>
    Variant,

    /// <summary>Component: <c>enum</c>, one of several names.</summary>
    Enum,

    /// <summary>Component: <c>option</c>.</summary>
    Option,

    /// <summary>Component: <c>result</c>.</summary>
    Result,

    /// <summary>Component: <c>flags</c>, a set of names.</summary>
    Flags,

    /// <summary>Component: a resource, or anything else that an embedder cannot pass.</summary>
    Resource,

    /// <summary>Core: 32-bit integer.</summary>
    I32 = 0x7F,

    /// <summary>Core: 64-bit integer.</summary>
    I64 = 0x7E,

    /// <summary>32-bit float.</summary>
    F32 = 0x7D,

    /// <summary>64-bit float.</summary>
    F64 = 0x7C,

    /// <summary>Core: 128-bit vector; cannot be passed by an embedder.</summary>
    V128 = 0x7B,

    /// <summary>Core: function reference; cannot be passed by an embedder.</summary>
    FuncRef = 0x70,

    /// <summary>Core: external reference; cannot be passed by an embedder.</summary>
    ExternRef = 0x6F,
}
