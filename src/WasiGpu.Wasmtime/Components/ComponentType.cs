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

    /// <summary>Of a resource: its name; null where it is not known.</summary>
    internal string? ResourceName { get; init; }

    /// <summary>Of a resource: whether it is lent.</summary>
    internal bool IsBorrowed { get; init; }

    /// <summary>The type as WIT, its names of types resolved: <c>list&lt;record { x: f32 }&gt;</c>.</summary>
    public override string ToString() => Write(names: null);

    /// <summary>The type as WIT, with the names that there are for the types in it.</summary>
    /// <param name="names">Names of types, by the types' text; null to write everything out.</param>
    internal string Write(IReadOnlyDictionary<string, string>? names)
    {
        string PartText(KeyValuePair<string, ComponentType?> part)
        {
            string? type = part.Value?.WriteOrName(names);
            return type is null ? part.Key : Kind == WasmType.Variant ? $"{part.Key}({type})" : $"{part.Key}: {type}";
        }

        string Item(int i) => Parts[i].Value?.WriteOrName(names) ?? "_";

        string name = Kind switch
        {
            WasmType.Boolean => "bool",
            WasmType.Text => "string",
            WasmType.F32 => "f32",
            WasmType.F64 => "f64",
            WasmType.Resource when ResourceName is { } resource => IsBorrowed ? $"borrow<{resource}>" : resource,
            _ => Kind.ToString().ToLowerInvariant(),
        };
        return Kind switch
        {
            WasmType.Record or WasmType.Variant or WasmType.Enum or WasmType.Flags =>
                $"{name} {{ {string.Join(", ", Parts.Select(PartText))} }}",
            WasmType.Result when Parts.All(part => part.Value is null) => name,
            WasmType.Result when Parts[1].Value is null => $"{name}<{Item(0)}>",
            WasmType.List or WasmType.Option or WasmType.Tuple or WasmType.Result =>
                $"{name}<{string.Join(", ", Enumerable.Range(0, Parts.Count).Select(Item))}>",
            _ => name,
        };
    }

    /// <summary>The type's own name where it has one, else as <see cref="Write"/> does.</summary>
    /// <param name="names">Names of types, by the types' text; null to write everything out.</param>
    internal string WriteOrName(IReadOnlyDictionary<string, string>? names)
    {
        return names is not null && Parts.Count > 0 && names.TryGetValue(ToString(), out string? known)
            ? known
            : Write(names);
    }
}
