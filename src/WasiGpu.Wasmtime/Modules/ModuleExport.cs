namespace WasiGpu.Wasmtime;

/// <summary>One export of a module.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Signature">Its type, for a function.</param>
public sealed record ModuleExport(string Name, ExternKind Kind, FunctionSignature? Signature);
