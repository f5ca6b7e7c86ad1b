namespace WasiGpu.Wasmtime;

/// <summary>The exports by which a guest is entered, and their types.</summary>
internal static class GuestExports
{
    internal const string Start = "_start";
    internal const string Initialize = "_initialize";
    internal const string Memory = "memory";
    internal const string Realloc = "cabi_realloc";

    internal static FunctionSignature EntrySignature { get; } = new([], []);

    internal static FunctionSignature ReallocSignature { get; } =
        new([WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], [WasmType.I32]);
}
