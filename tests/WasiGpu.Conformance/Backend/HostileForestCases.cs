using System.Runtime.InteropServices;

namespace WasiGpu.Conformance;

/// <summary>
/// Node arrays and offsets that break rules: NaN in exactly the rows whose walks do, and always an end.
/// </summary>
internal static class HostileForestCases
{
    private const uint Wild = 0xFFFF_FFFF;

    internal static void AddTo(CaseList cases)
    {
        // The root sends x <= 0 to node 1, where the trouble is, and x > 0 to the good leaf 2.
        AddTree(cases, "self-loop", [Root, new(0, 5, 1, 1), Good]);
        AddTree(cases, "back-to-the-root", [Root, new(0, 5, 0, 0), Good]);
        AddTree(cases, "cycle-of-two", [Root, new(0, 5, 3, 3), Good, new(0, 5, 1, 1)]);
        AddTree(cases, "cycle-left-leaf-right", [Root, new(0, -1, 2, 1), Good]);
        AddTree(cases, "child-is-the-node-count", [Root, new(0, 5, 3, 3), Good]);
        AddTree(cases, "child-past-the-end", [Root, new(0, 5, 4, 1000), Good]);
        AddTree(cases, "child=0xffffffff", [Root, new(0, 5, Wild, Wild), Good]);
        AddTree(cases, "child=0x10000000", [Root, new(0, 5, 0x1000_0000, 0x1000_0000), Good]);
        AddTree(cases, "child=0x80000000", [Root, new(0, 5, 0x8000_0000, 0x8000_0000), Good]);
        AddTree(cases, "feature-is-the-feature-count", [Root, new(1, 5, 2, 2), Good]);
        AddTree(cases, "feature=0xfffffffe", [Root, new(0xFFFF_FFFE, 5, 2, 2), Good]);
        AddTree(cases, "feature=0x40000000", [Root, new(0x4000_0000, 5, 2, 2), Good]);
        AddTree(cases, "nan-threshold", [Root, new(0, float.NaN, Wild, 2), Good]);
        AddTree(cases, "shared-child", [Root, new(0, -1, 2, 2), Good]);
        AddTree(cases, "unreachable-trouble", [new(0, 0, 2, 2), new(77, 5, 1, Wild), Good]);

        cases.Add("batch-predict/hostile/root-wraps-in-32-bits", WrapIn32Bits);
        cases.Add("batch-predict/hostile/offsets", Offsets);
        cases.Add("batch-predict/hostile/shared-by-trees", SharedByTrees);
        cases.Add("batch-predict/hostile/partial-last-node", PartialLastNode);
        cases.Add("batch-predict/hostile/no-whole-node", NoWholeNode);
        cases.Add("batch-predict/hostile/no-features", NoFeatures);
        cases.Add("batch-predict/hostile/long-cycle", LongCycle);
        cases.Add("batch-predict/hostile/random-small", scope => RandomNodes(scope, 40, 200));
        cases.Add("batch-predict/hostile/random-nodes", scope => RandomNodes(scope, 1000, 5));
        cases.Add("batch-predict/hostile/random-bits", RandomBits);
    }

    private static TreeNode Root => new(0, 0, 1, 2);

    private static TreeNode Good => ForestBuilder.Leaf(42);

    private static void AddTree(CaseList cases, string name, TreeNode[] tree)
    {
        cases.Add($"batch-predict/hostile/{name}", scope =>
        {
            Forest sound = ForestBuilder.Random(scope.Random, 6, 4, 1);
            foreach (uint maxDepth in new uint[] { 1, 2, 3, 4, 16, 100, 0x7FFFFFFF, 0xFFFFFFFF })
            {
                // Alone, and after sound trees that must not cover it up.
                Compare(
                    scope, new Forest { Nodes = tree, Offsets = [0], FeatureCount = 1, MaxDepth = maxDepth });
                Compare(scope, sound with
                {
                    Nodes = [.. sound.Nodes, .. tree],
                    Offsets = [.. sound.Offsets, (uint)sound.Nodes.Length],
                    MaxDepth = maxDepth,
                });
            }
        });
    }

    private static void WrapIn32Bits(DeviceScope scope)
    {
        foreach (uint offset in new uint[] { 1, 2, 3 })
        {
            // The child's number lacks just the offset to 2^32: in 32 bits it is node 0, a sound leaf.
            TreeNode[] nodes = [Good, Good, Good, Good, Good];
            nodes[offset] = new TreeNode(0, 0, unchecked(0 - offset), 1);
            Compare(scope, new Forest { Nodes = nodes, Offsets = [offset], FeatureCount = 1, MaxDepth = 9 });
        }
    }

    private static void Offsets(DeviceScope scope)
    {
        Forest sound = ForestBuilder.Random(scope.Random, 5, 3, 2);
        uint count = (uint)sound.Nodes.Length;
        uint[] offsets =
        [
            count - 1, count, count + 1, 0x0FFF_FFFF, 0x1000_0000, 0x7FFF_FFFF, 0x8000_0000, Wild - 15, Wild,
        ];
        foreach (uint offset in offsets)
        {
            Compare(scope, sound with { Offsets = [offset] });
            Compare(scope, sound with { Offsets = [.. sound.Offsets, offset] });
            Compare(scope, sound with { Offsets = [offset, .. sound.Offsets] });
        }
    }

    private static void SharedByTrees(DeviceScope scope)
    {
        // Trees that begin inside each other: all their nodes are sound seen from each root.
        TreeNode[] nodes =
        [
            new(0, 0, 2, 1), new(0, 0.5f, 1, 2), new(0, -0.5f, 1, 2),
            Good, ForestBuilder.Leaf(7), ForestBuilder.Leaf(-1),
        ];
        uint[] offsets = [0, 1, 2, 2, 0, 3, 1];
        Compare(scope, new Forest { Nodes = nodes, Offsets = offsets, FeatureCount = 1, MaxDepth = 8 });
    }

    private static void PartialLastNode(DeviceScope scope)
    {
        for (int tail = 0; tail < 16; tail++)
        {
            // Node 2 is only the beginning of one.
            Compare(
                scope,
                new Forest { Nodes = [Root, Good], Offsets = [0], FeatureCount = 1, MaxDepth = 3 },
                nodeTailBytes: tail);
            Compare(
                scope,
                new Forest { Nodes = [Root, Good], Offsets = [2, 1], FeatureCount = 1, MaxDepth = 3 },
                nodeTailBytes: tail);
        }
    }

    private static void NoWholeNode(DeviceScope scope)
    {
        foreach (int size in new[] { 1, 4, 15 })
        {
            foreach (uint offset in new uint[] { 0, 1, Wild })
            {
                Compare(
                    scope,
                    new Forest { Nodes = [], Offsets = [offset], FeatureCount = 1, MaxDepth = 3 },
                    nodeTailBytes: size);
            }
        }
    }

    private static void NoFeatures(DeviceScope scope)
    {
        Forest leaves = ForestBuilder.Random(scope.Random, 4, 0, 1) with { FeatureCount = 0, MaxDepth = 5 };
        Compare(scope, leaves);
        Compare(
            scope, leaves with { Nodes = [.. leaves.Nodes, Root], Offsets = [(uint)leaves.Nodes.Length] });
    }

    private static void LongCycle(DeviceScope scope)
    {
        const uint Count = 20_001;
        TreeNode[] ring = new TreeNode[Count];
        for (uint i = 0; i < Count; i++)
        {
            ring[i] = new TreeNode(0, 1e9f, (i + 1) % Count, 0);
        }

        foreach (uint maxDepth in new uint[] { 100_000, 0xFFFFFFFF })
        {
            Compare(
                scope, new Forest { Nodes = ring, Offsets = [0, 0], FeatureCount = 1, MaxDepth = maxDepth });
        }
    }

    /// <summary>Random nodes whose features and children are mostly, but not always, in range.</summary>
    private static void RandomNodes(DeviceScope scope, int count, int forests)
    {
        Random random = scope.Random;
        for (int i = 0; i < forests; i++)
        {
            TreeNode[] nodes = new TreeNode[count];
            for (int node = 0; node < count; node++)
            {
                uint split = (uint)random.Next(random.Next(30) == 0 ? 4 : 3);
                uint feature = random.Next(3) == 0 ? TreeNode.Leaf : split;
                float value = (random.Next(65) - 32) / 16f;
                nodes[node] = new TreeNode(feature, value, Child(), Child());
            }

            Compare(scope, new Forest
            {
                Nodes = nodes,
                Offsets = RandomData.Indices(random, 1 + random.Next(4), count / 4),
                FeatureCount = 3,
                MaxDepth = random.Next(2) == 0 ? (uint)random.Next(8) : Wild - (uint)random.Next(3),
            });
        }

        uint Child() => random.Next(40) == 0 ? (uint)random.NextInt64(1L << 32) : (uint)random.Next(count);
    }

    private static void RandomBits(DeviceScope scope)
    {
        for (int i = 0; i < 20; i++)
        {
            TreeNode[] nodes = new TreeNode[100];
            scope.Random.NextBytes(MemoryMarshal.AsBytes(nodes.AsSpan()));
            uint[] offsets = RandomData.Indices(scope.Random, 3, 120);
            Compare(
                scope, new Forest { Nodes = nodes, Offsets = offsets, FeatureCount = 3, MaxDepth = Wild });
        }
    }

    private static void Compare(DeviceScope scope, Forest forest, int? nodeTailBytes = null)
    {
        const int Rows = 37;
        float[] samples = ForestBuilder.Samples(scope.Random, Rows, (int)forest.FeatureCount);
        BatchPredictCases.Compare(scope, forest, samples, Rows, nodeTailBytes ?? scope.Random.Next(16));
    }
}
