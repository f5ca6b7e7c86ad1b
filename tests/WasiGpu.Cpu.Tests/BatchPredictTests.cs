namespace WasiGpu.Cpu.Tests;

/// <summary>Rows that walk checked trees in lock-step get what a row alone gets from the nodes
/// themselves.</summary>
public sealed class BatchPredictTests
{
    private const uint Features = 3;
    private const int Rows = 333;

    [Fact]
    public void BatchPredict_NoMemoryForACopy_WalksWithoutIt()
    {
        // 200,000 leaves are 3.2 MB of nodes, more than the working memory that is kept.
        TreeNode[] nodes = new TreeNode[200_000];
        Array.Fill(nodes, new TreeNode(TreeNode.Leaf, 7, 0, 0));
        uint[] roots = [.. Enumerable.Range(0, 500).Select(i => (uint)i)];
        ulong bufferBytes = ((ulong)nodes.Length * TreeNode.SizeBytes) + 100_000;
        using TestSession session = new(TestSession.Levels.First(), threads: 1, memoryBytes: bufferBytes);

        float[] means = Predict(session, new float[1000 * (int)Features], nodes, roots, maxDepth: 3);

        Assert.All(means, mean => Assert.Equal(7, mean));
    }

    [Theory]
    [InlineData(40u)]
    [InlineData(4u)]
    [InlineData(0u)]
    public void BatchPredict_ManyRows_SameBitsAsRowsAlone(uint maxDepth)
    {
        foreach (SimdLevel level in TestSession.Levels)
        {
            foreach (int threads in new[] { 1, 3 })
            {
                using TestSession session = new(level, threads);
                float[] samples = MakeSamples();
                foreach ((TreeNode[] nodes, uint[] roots) in Forests())
                {
                    float[] together = Predict(session, samples, nodes, roots, maxDepth);

                    // Unused nodes make a copy too dear for a single row. What they hold is never a leaf, and
                    // walks that reach them are as bad as walks that leave the nodes.
                    TreeNode[] padded = [.. nodes];
                    Array.Resize(ref padded, nodes.Length + (8 * roots.Length));
                    padded.AsSpan(nodes.Length).Fill(new TreeNode(Features, 0, 0, 0));
                    for (int row = 0; row < Rows; row++)
                    {
                        int start = row * (int)Features;
                        float[] sample = samples[start..(start + (int)Features)];
                        float alone = Predict(session, sample, padded, roots, maxDepth)[0];
                        Assert.Equal(Bits(alone), Bits(together[row]));
                    }
                }
            }
        }
    }

    [Fact]
    public void BatchPredict_NodesWrittenBetweenCalls_UsesTheNewOnes()
    {
        using TestSession session = new(SimdLevels.Best);
        GpuBuffer samples = session.Create<float>(MakeSamples());
        GpuBuffer nodes = session.Create<TreeNode>([new TreeNode(TreeNode.Leaf, 1, 0, 0)]);
        GpuBuffer changed = session.Create<TreeNode>([new TreeNode(TreeNode.Leaf, 2, 0, 0)]);
        GpuBuffer roots = session.Create<uint>([0]);
        GpuBuffer output = session.Create(Rows * 4);
        BatchPredictParams parameters = new(Rows, Features, 1, 1);
        session.Backend.BatchPredict(parameters, samples, nodes, roots, output);
        Assert.All(session.Read<float>(output, Rows), value => Assert.Equal(1, value));

        session.Backend.Copy(changed, 0, nodes, 0, TreeNode.SizeBytes);
        session.Backend.BatchPredict(parameters, samples, nodes, roots, output);

        Assert.All(session.Read<float>(output, Rows), value => Assert.Equal(2, value));
    }

    private static uint Bits(float value)
    {
        return float.IsNaN(value) ? ~0u : BitConverter.SingleToUInt32Bits(value);
    }

    private static float[] MakeSamples()
    {
        Random random = new(1);
        return
        [
            .. Enumerable.Range(0, Rows * (int)Features)
                .Select(i => i % 50 == 7 ? float.NaN : random.NextSingle()),
        ];
    }

    /// <summary>Sound forests, and forests in which some walks break a rule.</summary>
    private static IEnumerable<(TreeNode[] Nodes, uint[] Roots)> Forests()
    {
        List<TreeNode> nodes = [];
        List<uint> roots = [];
        foreach (int depth in new[] { 6, 0, 1, 9 })
        {
            roots.Add((uint)nodes.Count);
            AddBalancedTree(nodes, depth);
        }

        roots.Add((uint)nodes.Count);
        AddChain(nodes, 30);
        yield return ([.. nodes], [.. roots]);

        // A tree met twice, and roots inside of other trees, whose children are then elsewhere.
        yield return ([.. nodes], [.. roots, roots[0], roots[0] + 3, roots[3] + 1]);

        TreeNode split = new(0, 0.5f, 1, 2);
        TreeNode leaf = new(TreeNode.Leaf, 3, 0, 0);
        yield return ([split, leaf, new TreeNode(1, 0.5f, 0, 0)], [0]);
        yield return ([split, leaf, new TreeNode(Features, 0.5f, 1, 1)], [0]);
        yield return ([split with { Right = uint.MaxValue }, leaf], [0, 1]);
        yield return ([leaf], [0, 1]);
        yield return ([split with { Value = float.NaN }, leaf, leaf with { Value = 4 }], [0]);
    }

    private static void AddBalancedTree(List<TreeNode> nodes, int depth)
    {
        Random random = new(depth);
        int innerCount = (1 << depth) - 1;
        for (int i = 0; i < (2 * innerCount) + 1; i++)
        {
            nodes.Add(i < innerCount
                ? new TreeNode(
                    (uint)random.Next((int)Features), random.NextSingle(), (2 * (uint)i) + 1, (2 * (uint)i) + 2)
                : new TreeNode(TreeNode.Leaf, random.NextSingle(), 0, 0));
        }
    }

    private static void AddChain(List<TreeNode> nodes, int depth)
    {
        for (uint i = 0; i < depth; i++)
        {
            nodes.Add(new TreeNode(i % Features, 0.9f - (i / 100f), (2 * i) + 2, (2 * i) + 1));
            nodes.Add(new TreeNode(TreeNode.Leaf, i, 0, 0));
        }

        nodes.Add(new TreeNode(TreeNode.Leaf, -1, 0, 0));
    }

    private static float[] Predict(
        TestSession session, float[] samples, TreeNode[] nodes, uint[] roots, uint maxDepth)
    {
        uint rows = (uint)samples.Length / Features;
        GpuBuffer output = session.Create(rows * 4);
        session.Backend.BatchPredict(
            new BatchPredictParams(rows, Features, (uint)roots.Length, maxDepth),
            session.Create<float>(samples),
            session.Create<TreeNode>(nodes),
            session.Create<uint>(roots),
            output);
        return session.Read<float>(output, (int)rows);
    }
}
