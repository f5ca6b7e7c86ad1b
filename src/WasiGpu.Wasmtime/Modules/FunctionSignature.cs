namespace WasiGpu.Wasmtime;

/// <summary>The type of a core function.</summary>
/// <param name="Parameters">Types of the parameters.</param>
/// <param name="Results">Types of the results.</param>
public sealed record FunctionSignature(IReadOnlyList<WasmType> Parameters, IReadOnlyList<WasmType> Results)
{
    /// <summary>Whether two signatures are the same type.</summary>
    /// <param name="other">The other signature.</param>
    public bool Equals(FunctionSignature? other)
    {
        return other is not null && Parameters.SequenceEqual(other.Parameters) && Results.SequenceEqual(other.Results);
    }

    /// <summary>A hash of the type.</summary>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes([.. Parameters.Select(p => (byte)p), 0, .. Results.Select(r => (byte)r)]);
        return hash.ToHashCode();
    }

    /// <summary>The type as text: <c>(i32, i64) -> i32</c>.</summary>
    public override string ToString()
    {
        string parameters = string.Join(", ", Parameters.Select(Text));
        return Results.Count == 0 ? $"({parameters})" : $"({parameters}) -> {string.Join(", ", Results.Select(Text))}";
    }

    private static string Text(WasmType type)
    {
        return Enum.IsDefined(type) ? type.ToString().ToLowerInvariant() : $"type 0x{(byte)type:x2}";
    }
}
