using System.Globalization;

namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>Names and types of the package as the generators of bindings write them in Rust and in TypeScript.</summary>
internal static class SdkNames
{
    public static string Pascal(string name)
    {
        return string.Concat(name.Split('-').Select(word => word[..1].ToUpperInvariant() + word[1..]));
    }

    public static string Camel(string name)
    {
        string pascal = Pascal(name);
        return pascal[..1].ToLower(CultureInfo.InvariantCulture) + pascal[1..];
    }

    public static string Snake(string name) => name.Replace('-', '_');

    /// <summary>A type in Rust; as a parameter, a list is borrowed.</summary>
    public static string Rust(string type, bool isParameter = false)
    {
        return type switch
        {
            "_" => "()",
            "string" => "String",
            "list<u8>" => isParameter ? "&[u8]" : "Vec<u8>",
            "bool" or "u8" or "u32" or "u64" or "f32" => type,
            _ when Inner(type, "option") is { } inner => $"Option<{Rust(inner)}>",
            _ when Inner(type, "result") is { } inner =>
                $"Result<{string.Join(", ", inner.Split(", ").Select(one => Rust(one)))}>",
            _ => Pascal(type),
        };
    }

    /// <summary>A type in TypeScript; the error of a result is thrown.</summary>
    public static string TypeScript(string? type)
    {
        return type switch
        {
            null or "_" => "void",
            "string" => "string",
            "bool" => "boolean",
            "u64" => "bigint",
            "u8" or "u32" or "f32" => "number",
            "list<u8>" => "Uint8Array",
            _ when Inner(type, "option") is { } inner => $"{TypeScript(inner)} | undefined",
            _ when Inner(type, "result") is { } inner => TypeScript(inner.Split(", ")[0]),
            _ => Pascal(type),
        };
    }

    private static string? Inner(string type, string generic)
    {
        return type.StartsWith(generic + "<", StringComparison.Ordinal) ? type[(generic.Length + 1)..^1] : null;
    }
}
