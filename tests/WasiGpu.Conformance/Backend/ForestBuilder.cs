namespace WasiGpu.Conformance;

/// <summary>Makes random valid forests, and samples that meet their thresholds.</summary>
internal static class ForestBuilder
{
    /// <summary>Trees of at most the given depth, in any order, with unused nodes between them.</summary>
    /// <param name="random">The source.</param>
    /// <param name="trees">Number of trees.</param>
    /// <param name="depth">The most moves to a leaf; in a full tree all leaves are that deep.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="isFull">Whether no branch ends early.</param>
    internal static Forest Random(Random random, int trees, int depth, int features, bool isFull = false)
    {
        List<TreeNode> nodes = [];
        uint[] offsets = new uint[trees];
        for (int tree = 0; tree < trees; tree++)
        {
            // A gap that no walk may enter: its nodes break every rule.
            for (int gap = random.Next(3); gap > 0; gap--)
            {
                nodes.Add(new TreeNode(uint.MaxValue - 1, float.NaN, uint.MaxValue, uint.MaxValue));
            }

            offsets[tree] = (uint)nodes.Count;
            AddTree(random, nodes, depth, features, isFull);
        }

        random.Shuffle(offsets);
        return new Forest
        {
            Nodes = [.. nodes],
            Offsets = offsets,
            FeatureCount = (uint)features,
            MaxDepth = (uint)depth,
        };
    }

    internal static float[] Samples(Random random, int rows, int features)
    {
        float[] samples = new float[rows * features];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = Value(random);
        }

        return samples;
    }

    internal static TreeNode Leaf(float value) => new(TreeNode.Leaf, value, 0, 0);

    private static void AddTree(Random random, List<TreeNode> nodes, int depth, int features, bool isFull)
    {
        int root = nodes.Count;
        Queue<(int Node, int Depth)> open = new();
        nodes.Add(default);
        open.Enqueue((root, 0));
        while (open.TryDequeue(out (int Node, int Depth) next))
        {
            if (next.Depth == depth || (!isFull && next.Depth > 0 && random.Next(8) == 0))
            {
                // The children of a leaf mean nothing, so they are wild.
                float value = (float)((random.NextDouble() * 20) - 10);
                nodes[next.Node] = new TreeNode(TreeNode.Leaf, value, (uint)random.Next(), uint.MaxValue);
                continue;
            }

            uint left = (uint)(nodes.Count - root);
            nodes[next.Node] = new TreeNode((uint)random.Next(features), Value(random), left, left + 1);
            open.Enqueue((nodes.Count, next.Depth + 1));
            open.Enqueue((nodes.Count + 1, next.Depth + 1));
            nodes.Add(default);
            nodes.Add(default);
        }
    }

    // On a coarse grid, so that samples often equal thresholds.
    private static float Value(Random random) => (random.Next(65) - 32) / 16f;
}
