namespace WasiGpu.Wasmtime;

/// <summary>The type of a function of a component.</summary>
/// <param name="Parameters">Names and types of the parameters.</param>
/// <param name="Result">The type of the result; null without.</param>
public sealed record ComponentFunctionType(
    IReadOnlyList<KeyValuePair<string, ComponentType>> Parameters,
    ComponentType? Result)
{
    /// <summary>The type as WIT: <c>func(a: u32) -> string</c>.</summary>
    public override string ToString()
    {
        string parameters = string.Join(", ", Parameters.Select(p => $"{p.Key}: {p.Value}"));
        return Result is null ? $"func({parameters})" : $"func({parameters}) -> {Result}";
    }
}
