namespace WasiGpu.Wasmtime;

/// <summary>
/// What the rewriter puts into components: the bridge module and the type of its host functions, assembled from
/// <c>bridge.wat</c> and <c>raw.wat</c> once.
/// </summary>
internal sealed class BridgeParts
{
    private static readonly Lazy<BridgeParts> Loaded = new(() => new BridgeParts());

    private BridgeParts()
    {
        Module = WatText.ToBinary("the bridge", Read("bridge.wat"));
        byte[] raw = WatText.ToBinary("the raw functions", Read("raw.wat"));
        ComponentSection types = ComponentSection.Divide(raw, 0, raw.Length)
            .First(section => section.Id == ComponentSection.Types);
        WasmReader reader = types.Read(raw);
        reader.ReadU32();
        int start = reader.Position;
        List<TypeExport> exports = [];
        ComponentForms.SkipType(ref reader, exports);
        ComputeType = reader.Since(start).ToArray();
        RawFunctions = [.. exports
            .Select(export => export.Name)
            .Where(name => name.StartsWith(RawPrefix, StringComparison.Ordinal))];
    }

    /// <summary>How the names of the host functions of the bridge start.</summary>
    internal const string RawPrefix = "raw-";

    /// <summary>The parts.</summary>
    internal static BridgeParts Instance => Loaded.Value;

    /// <summary>The bridge as a core module.</summary>
    internal byte[] Module { get; }

    /// <summary>The instance type of <c>wasi:gpu/compute</c> with the raw functions.</summary>
    internal byte[] ComputeType { get; }

    /// <summary>The names of the raw functions.</summary>
    internal IReadOnlyList<string> RawFunctions { get; }

    /// <summary>A text that is part of the library.</summary>
    internal static byte[] Read(string name)
    {
        using Stream stream = typeof(BridgeParts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the library was built without {name}");
        byte[] text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }
}
