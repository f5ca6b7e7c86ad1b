namespace WasiGpu.Wasmtime;

/// <summary>A type of a component's value.</summary>
public sealed record ComponentType
{
    /// <summary>What kind of type it is.</summary>
    public required WasmType Kind { get; init; }

    /// <summary>
    /// Its parts: the fields of a record, the cases of a variant with their payloads, the names of an enum or of
    /// flags, the types of a tuple, the element of a list or option, <c>ok</c> and <c>err</c> of a result. Names are
    /// empty where there are none; a type is null where there is none.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, ComponentType?>> Parts { get; init; } = [];

    /// <summary>The type as WIT, its names of types resolved: <c>list&lt;record { x: f32 }&gt;</c>.</summary>
    public override string ToString()
    {
        string name = Kind switch
        {
            WasmType.Boolean => "bool",
            WasmType.Text => "string",
            WasmType.F32 => "f32",
            WasmType.F64 => "f64",
            _ => Kind.ToString().ToLowerInvariant(),
        };
        return Kind switch
        {
            WasmType.Record or WasmType.Variant or WasmType.Enum or WasmType.Flags =>
                $"{name} {{ {string.Join(", ", Parts.Select(PartText))} }}",
            WasmType.Result when Parts.All(part => part.Value is null) => name,
            WasmType.Result when Parts[1].Value is null => $"{name}<{Parts[0].Value}>",
            WasmType.List or WasmType.Option or WasmType.Tuple or WasmType.Result =>
                $"{name}<{string.Join(", ", Parts.Select(part => part.Value?.ToString() ?? "_"))}>",
            _ => name,
        };
    }

    private string PartText(KeyValuePair<string, ComponentType?> part)
    {
        string? type = part.Value?.ToString();
        return type is null ? part.Key : Kind == WasmType.Variant ? $"{part.Key}({type})" : $"{part.Key}: {type}";
    }
}
