namespace WasiGpu.Wasmtime;

/// <summary>One thing that a component imports or exports, with its type.</summary>
/// <param name="Interface">The interface that it is in; null for the component's own.</param>
/// <param name="Name">Its name.</param>
/// <param name="Function">A function's type; null for a type, and for a function that cannot be called.</param>
/// <param name="Type">What a type's name stands for; null for a function.</param>
internal sealed record ComponentItemType(
    string? Interface,
    string Name,
    ComponentFunctionType? Function,
    ComponentType? Type);
