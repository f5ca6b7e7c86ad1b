namespace WasiGpu.Wasmtime;

/// <summary>A type of a core WebAssembly value, with its code in the binary format.</summary>
public enum WasmType : byte
{
    /// <summary>32-bit integer.</summary>
    I32 = 0x7F,

    /// <summary>64-bit integer.</summary>
    I64 = 0x7E,

    /// <summary>32-bit float.</summary>
    F32 = 0x7D,

    /// <summary>64-bit float.</summary>
    F64 = 0x7C,

    /// <summary>128-bit vector; cannot be passed by an embedder.</summary>
    V128 = 0x7B,

    /// <summary>Function reference; cannot be passed by an embedder.</summary>
    FuncRef = 0x70,

    /// <summary>External reference; cannot be passed by an embedder.</summary>
    ExternRef = 0x6F,
}
