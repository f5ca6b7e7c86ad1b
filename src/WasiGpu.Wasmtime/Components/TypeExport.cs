namespace WasiGpu.Wasmtime;

/// <summary>One export of an instance type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sort">What it is.</param>
/// <param name="IsResource">Whether it is a resource type of its own, rather than a name for another type.</param>
/// <param name="Start">Where its declaration starts in the file.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct TypeExport(string Name, ComponentSort Sort, bool IsResource, int Start, int End)
{
    /// <summary>Of another name for a type: the type's index in the instance type.</summary>
    internal uint? EqualTo { get; init; }

    /// <summary>Of a name for a type of an outer component: which one, counted from the instance type.</summary>
    internal ComponentAlias? Outer { get; init; }

    /// <summary>Of another name for a resource of this type: the name under which that is exported.</summary>
    internal string? ResourceName { get; init; }
}
