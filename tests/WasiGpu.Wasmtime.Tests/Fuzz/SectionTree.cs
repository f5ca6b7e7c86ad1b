namespace WasiGpu.Wasmtime.Tests.Fuzz;

/// <summary>
/// A module or component as its sections, so that it can be changed and written with lengths that are right. Nested
/// components are trees of their own.
/// </summary>
internal sealed class SectionTree
{
    private const int HeaderBytes = 8;

    /// <summary>The magic and version.</summary>
    internal byte[] Header { get; set; } = [];

    /// <summary>The sections.</summary>
    internal List<Node> Nodes { get; } = [];

    /// <summary>Reads what is well-formed at this level.</summary>
    internal static SectionTree Parse(ReadOnlySpan<byte> bytes)
    {
        SectionTree tree = new() { Header = bytes[..HeaderBytes].ToArray() };
        bool isComponent = ComponentSection.IsComponent(bytes);
        WasmReader reader = new(bytes[HeaderBytes..]);
        while (!reader.IsAtEnd)
        {
            byte id = reader.ReadByte();
            ReadOnlySpan<byte> content = reader.ReadBytes(reader.ReadU32());
            bool isNested = isComponent && id is ComponentSection.CoreModule or ComponentSection.Component;
            tree.Nodes.Add(isNested && content.Length >= HeaderBytes
                ? new Node(id, [], Parse(content))
                : new Node(id, content.ToArray(), Nested: null));
        }

        return tree;
    }

    /// <summary>The bytes.</summary>
    internal byte[] Write()
    {
        WasmWriter output = new();
        output.Bytes(Header);
        foreach (Node node in Nodes)
        {
            output.Section(node.Id, node.Nested?.Write() ?? node.Content);
        }

        return output.Written.ToArray();
    }

    /// <summary>A random tree in this one, itself included.</summary>
    internal SectionTree Pick(Random random)
    {
        SectionTree[] nested = [.. Nodes.Select(node => node.Nested).OfType<SectionTree>()];
        return nested.Length == 0 || random.Next(2) == 0 ? this : nested[random.Next(nested.Length)].Pick(random);
    }

    /// <summary>One section.</summary>
    internal sealed record Node(byte Id, byte[] Content, SectionTree? Nested);
}
