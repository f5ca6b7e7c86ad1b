namespace WasiGpu.Wasmtime;

/// <summary>An import of a component, other than <c>wasi:gpu</c>.</summary>
/// <param name="Name">The interface, or the function.</param>
/// <param name="IsInstance">Whether it is an interface.</param>
/// <param name="Functions">Its functions.</param>
/// <param name="Resources">Its resource types, with numbers that tell them apart.</param>
internal sealed record HostImport(
    string Name,
    bool IsInstance,
    IReadOnlyList<string> Functions,
    IReadOnlyList<(string Name, uint Number)> Resources);
