namespace WasiGpu.Wasmtime;

/// <summary>The type of a function of a component.</summary>
/// <param name="Parameters">Names and types of the parameters.</param>
/// <param name="Result">The type of the result; null without.</param>
public sealed record ComponentFunctionType(
    IReadOnlyList<KeyValuePair<string, ComponentType>> Parameters,
    ComponentType? Result)
{
    /// <summary>The type as WIT: <c>func(a: u32) -> string</c>.</summary>
    public override string ToString() => Write(names: null);

    /// <summary>The type as WIT, with the names that there are for the types in it.</summary>
    /// <param name="names">Names of types, by the types' text; null to write everything out.</param>
    internal string Write(IReadOnlyDictionary<string, string>? names)
    {
        string parameters = string.Join(", ", Parameters.Select(p => $"{p.Key}: {p.Value.WriteOrName(names)}"));
        return Result is null ? $"func({parameters})" : $"func({parameters}) -> {Result.WriteOrName(names)}";
    }
}
