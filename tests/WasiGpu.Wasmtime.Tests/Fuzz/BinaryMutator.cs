namespace WasiGpu.Wasmtime.Tests.Fuzz;

/// <summary>Makes binaries that are almost right out of right ones, the same ones for the same seed.</summary>
/// <param name="random">What decides.</param>
/// <param name="seeds">Valid modules or components.</param>
internal sealed class BinaryMutator(Random random, IReadOnlyList<byte[]> seeds)
{
    private const int MaxBytes = 4 << 20;
    private const int MaxSections = 400;

    /// <summary>Numbers at which readers go wrong, encoded well and badly.</summary>
    private static readonly byte[][] Numbers =
    [
        [0x00], [0x01], [0x02], [0x10], [0x3F], [0x40], [0x7F], [0x80, 0x01], [0xFF, 0x7F], [0xE8, 0x07], [0xA0, 0x8D, 0x06],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x80, 0x80, 0x80, 0x10],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0x80, 0x00],
    ];

    /// <summary>The next binary.</summary>
    internal byte[] Next()
    {
        byte[] seed = Pick();
        if (random.Next(40) == 0)
        {
            return Garbage(seed);
        }

        SectionTree tree = SectionTree.Parse(seed);
        for (int n = random.Next(1, 6); n > 0; n--)
        {
            Mutate(tree.Pick(random));
        }

        byte[] bytes = tree.Write();
        bytes = bytes.Length > MaxBytes ? bytes[..MaxBytes] : bytes;
        return random.Next(8) switch
        {
            0 => bytes[..random.Next(bytes.Length)],
            1 => MutateContent(bytes),
            _ => bytes,
        };
    }

    private byte[] Pick() => seeds[random.Next(seeds.Count)];

    private byte[] Garbage(byte[] seed)
    {
        byte[] bytes = new byte[random.Next(8, 300)];
        random.NextBytes(bytes);
        seed.AsSpan(0, 8).CopyTo(bytes);
        return bytes;
    }

    private void Mutate(SectionTree tree)
    {
        List<SectionTree.Node> nodes = tree.Nodes;
        if (nodes.Count == 0)
        {
            return;
        }

        int at = random.Next(nodes.Count);
        SectionTree.Node node = nodes[at];
        switch (random.Next(12))
        {
            case 0:
                nodes.RemoveAt(at);
                break;
            case 1:
                nodes.Insert(random.Next(nodes.Count), node);
                break;
            case 2:
                (nodes[at], nodes[^1]) = (nodes[^1], nodes[at]);
                break;
            case 3:
                SectionTree other = SectionTree.Parse(Pick()).Pick(random);
                if (other.Nodes.Count > 0)
                {
                    nodes.Insert(at, other.Nodes[random.Next(other.Nodes.Count)]);
                }

                break;
            case 4:
                nodes[at] = node with { Id = (byte)random.Next(16) };
                break;
            case 5 when nodes.Count < MaxSections:
                nodes.InsertRange(at, Enumerable.Repeat(node, random.Next(1, MaxSections)));
                break;
            case 6:
                Nest(tree);
                break;
            case 7:
                tree.Header[random.Next(4, 8)] = (byte)random.Next(3);
                break;
            default:
                nodes[at] = node.Nested is null ? node with { Content = MutateContent(node.Content) } : node;
                break;
        }
    }

    /// <summary>Puts the component into itself, some levels deep.</summary>
    private void Nest(SectionTree tree)
    {
        SectionTree inner = SectionTree.Parse(Pick());
        for (int levels = random.Next(1, 24); levels > 0; levels--)
        {
            SectionTree outer = new() { Header = tree.Header };
            outer.Nodes.Add(new SectionTree.Node(ComponentSection.Component, [], inner));
            inner = outer;
        }

        tree.Nodes.AddRange(inner.Nodes);
    }

    private byte[] MutateContent(byte[] content)
    {
        if (content.Length == 0)
        {
            return Numbers[random.Next(Numbers.Length)];
        }

        int at = random.Next(3) == 0 ? random.Next(Math.Min(content.Length, 8)) : random.Next(content.Length);
        int end = Math.Min(content.Length, at + random.Next(1, 40));
        switch (random.Next(5))
        {
            case 0:
                byte[] changed = (byte[])content.Clone();
                changed[at] = (byte)random.Next(256);
                return changed;
            case 1:
                return [.. content[..at], .. Numbers[random.Next(Numbers.Length)], .. content[(at + 1)..]];
            case 2:
                return [.. content[..at], .. content[end..]];
            case 3:
                return [.. content[..end], .. content[at..]];
            default:
                byte[] noise = new byte[random.Next(1, 12)];
                random.NextBytes(noise);
                return [.. content[..at], .. noise, .. content[at..]];
        }
    }
}
