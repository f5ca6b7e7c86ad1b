namespace WasiGpu.Wasmtime;

/// <summary>One section of a component.</summary>
/// <param name="Id">Its code.</param>
/// <param name="Start">Where its content starts in the file.</param>
/// <param name="Length">Bytes of its content.</param>
internal readonly record struct ComponentSection(byte Id, int Start, int Length)
{
    internal const byte Custom = 0;
    internal const byte CoreModule = 1;
    internal const byte CoreInstances = 2;
    internal const byte CoreTypes = 3;
    internal const byte Component = 4;
    internal const byte Instances = 5;
    internal const byte Aliases = 6;
    internal const byte Types = 7;
    internal const byte Canons = 8;
    internal const byte StartFunction = 9;
    internal const byte Imports = 10;
    internal const byte Exports = 11;

    /// <summary>Length of a component's magic and version.</summary>
    internal const int HeaderBytes = 8;

    // More would make the index of sections larger than the file.
    private const int MaxSections = 100_000;

    /// <summary>The magic and version of every component.</summary>
    internal static ReadOnlySpan<byte> Header => [0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00];

    private string Name => Id switch
    {
        Custom => "custom",
        CoreModule => "core module",
        CoreInstances => "core instances",
        CoreTypes => "core types",
        Component => "component",
        Instances => "instances",
        Aliases => "aliases",
        Types => "types",
        Canons => "canonical functions",
        StartFunction => "start",
        Imports => "imports",
        Exports => "exports",
        _ => "unknown",
    };

    /// <summary>Whether bytes start as a component does, of whatever version.</summary>
    internal static bool IsComponent(ReadOnlySpan<byte> bytes)
    {
        return bytes.Length >= HeaderBytes && bytes[..4].SequenceEqual(Header[..4]) && bytes[6] == 1 && bytes[7] == 0;
    }

    /// <summary>Divides a component, the outermost or a nested one, into its sections.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="start">Where the component starts.</param>
    /// <param name="length">Its bytes.</param>
    internal static List<ComponentSection> Divide(ReadOnlySpan<byte> file, int start, int length)
    {
        ReadOnlySpan<byte> bytes = file.Slice(start, length);
        WasmReader reader = new(bytes, start);
        if (!reader.ReadBytes(HeaderBytes).SequenceEqual(Header))
        {
            throw reader.Broken($"version {Convert.ToHexStringLower(bytes[4..8])} of the component format is unknown");
        }

        List<ComponentSection> sections = [];
        while (!reader.IsAtEnd)
        {
            byte id = reader.ReadByte();
            uint size = reader.ReadU32();
            int content = reader.Offset;
            reader.ReadBytes(size);
            if (sections.Count == MaxSections)
            {
                throw reader.Broken($"a component has more than {MaxSections} sections");
            }

            sections.Add(new ComponentSection(id, content, (int)size));
        }

        return sections;
    }

    /// <summary>Reads the section's content; messages name the section.</summary>
    internal WasmReader Read(ReadOnlySpan<byte> file)
    {
        return new WasmReader(file.Slice(Start, Length), Start, $"section {Id} ({Name}) at offset {Start}: ");
    }
}
