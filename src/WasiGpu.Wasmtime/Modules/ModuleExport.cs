namespace WasiGpu.Wasmtime;

/// <summary>One export of a module or component.</summary>
/// <param name="Name">Its name; of a function in an exported interface <c>interface#function</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Signature">Its type, for a function of a core module.</param>
public sealed record ModuleExport(string Name, ExternKind Kind, FunctionSignature? Signature)
{
    /// <summary>Its type, for a function of a component that was loaded; null before that.</summary>
    public ComponentFunctionType? ComponentType { get; init; }

    /// <summary>
    /// The type as text, that of a component's function or type in WIT; null where it is not known.
    /// </summary>
    public string? TypeText
    {
        get => field ?? Signature?.ToString() ?? ComponentType?.ToString();
        init;
    }
}
