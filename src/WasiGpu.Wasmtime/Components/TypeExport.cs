namespace WasiGpu.Wasmtime;

/// <summary>One export of an instance type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sort">What it is.</param>
/// <param name="IsResource">Whether it is a resource type of its own, rather than a name for another type.</param>
internal readonly record struct TypeExport(string Name, ComponentSort Sort, bool IsResource);
