namespace WasiGpu.Wasmtime;

/// <summary>One import of a module.</summary>
/// <param name="Module">The module or interface it comes from.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Signature">Its type, for a function.</param>
public sealed record ModuleImport(string Module, string Name, ExternKind Kind, FunctionSignature? Signature);
