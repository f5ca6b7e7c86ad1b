namespace WasiGpu.Wasmtime;

/// <summary>One import of a module or component.</summary>
/// <param name="Module">The module or interface it comes from.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Signature">Its type, for a function of a core module.</param>
public sealed record ModuleImport(string Module, string Name, ExternKind Kind, FunctionSignature? Signature)
{
    /// <summary>
    /// The type as text, that of a component's function or type in WIT; null where it is not known.
    /// </summary>
    public string? TypeText
    {
        get => field ?? Signature?.ToString();
        init;
    }
}
