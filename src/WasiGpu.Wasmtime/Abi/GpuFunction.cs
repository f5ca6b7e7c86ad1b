namespace WasiGpu.Wasmtime;

/// <summary>One function of <c>wasi:gpu</c> as a core module imports it.</summary>
/// <param name="Interface">The import's module name: <c>wasi:gpu/compute@0.1.0</c>.</param>
/// <param name="Name">The function's name in WIT.</param>
/// <param name="ParameterNames">Names of the flattened parameters, the return pointer <c>ret</c> last.</param>
/// <param name="Signature">The flattened core type.</param>
public sealed record GpuFunction(
    string Interface,
    string Name,
    IReadOnlyList<string> ParameterNames,
    FunctionSignature Signature)
{
    /// <summary>Whether a call can need the guest's <c>cabi_realloc</c> (for a text, or a list of bytes).</summary>
    public bool MayAllocate => ParameterNames.Count > 0;
}
