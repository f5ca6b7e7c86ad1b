namespace WasiGpu.Wasmtime;

/// <summary>An alias of a component.</summary>
/// <param name="Sort">What it gives an index to.</param>
/// <param name="IsCore">Whether it is an export of a core instance.</param>
/// <param name="Index">The instance, or the index in the outer component.</param>
/// <param name="Name">The export; empty for an outer alias.</param>
/// <param name="OuterLevels">How many components outwards; null for an export.</param>
internal readonly record struct ComponentAlias(
    ComponentSort Sort,
    bool IsCore,
    uint Index,
    string Name,
    uint? OuterLevels);
