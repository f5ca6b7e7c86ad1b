namespace WasiGpu.Conformance;

/// <summary><c>kernel-batch-predict</c>: valid forests, and node arrays that break every rule.</summary>
internal static class BatchPredictCases
{
    private static readonly int[] Rows = [0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 63, 65, 257, 1000];
    private static readonly int[] Trees = [1, 2, 3, 7, 8, 16, 17, 33, 100, 257];

    private static readonly float[] SpecialValues =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f,
        -0f, float.Epsilon, -float.Epsilon, 1e-39f,
        -1e-39f, float.MaxValue, float.MinValue, BitConverter.UInt32BitsToSingle(0xFFFFFFFF), 1, -1,
    ];

    internal static void AddTo(CaseList cases)
    {
        foreach (int rows in Rows)
        {
            Add($"rows={rows}", scope => Compare(scope, ForestBuilder.Random(scope.Random, 9, 6, 5), rows));
        }

        foreach (int trees in Trees)
        {
            Add($"trees={trees}", scope =>
                Compare(scope, ForestBuilder.Random(scope.Random, trees, 5, 4), 67));
        }

        for (int depth = 0; depth <= 12; depth++)
        {
            int full = depth;
            Add($"depth={depth}", scope =>
                Compare(scope, ForestBuilder.Random(scope.Random, 5, full, 3), 129));
            Add($"full-depth={depth}", scope =>
                Compare(scope, ForestBuilder.Random(scope.Random, 3, full, 6, isFull: true), 67));
        }

        foreach (int features in new[] { 1, 2, 28, 257, 70_001 })
        {
            Add($"features={features}", scope =>
                Compare(scope, ForestBuilder.Random(scope.Random, 4, 7, features), 19));
        }

        AddLarge(cases);
        AddValues(cases);
        Add("no-trees", NoTrees);
        Add("independent-of-batch", IndependentOfBatch);
        Add("aliased", Aliased);
        Add("max-depth", MaxDepth);
        HostileForestCases.AddTo(cases);

        void Add(string name, Action<DeviceScope> body) => cases.Add($"batch-predict/{name}", body);
    }

    /// <summary>Predicts and compares with the oracle.</summary>
    internal static float[] Compare(
        DeviceScope scope,
        Forest forest,
        float[] samples,
        int rows,
        int nodeTailBytes = 0)
    {
        Operand input = scope.Input(samples);
        Operand nodes = scope.Input(forest.Nodes, nodeTailBytes);
        Operand offsets = scope.Input(forest.Offsets);
        Operand output = scope.Output(rows);
        scope.Call(
            backend => backend.BatchPredict(
                forest.Parameters(rows), input.Buffer, nodes.Buffer, offsets.Buffer, output.Buffer),
            output);
        float[] actual = output.Floats();
        Check(forest, samples, actual);
        return actual;
    }

    /// <summary>Compares predictions with the oracle.</summary>
    internal static void Check(Forest forest, float[] samples, float[] actual)
    {
        int features = (int)forest.FeatureCount;
        for (int row = 0; row < actual.Length; row++)
        {
            (double value, double tolerance) =
                PredictOracle.Predict(forest, samples.AsSpan(row * features, features));
            Expect.Close($"prediction of row {row}", value, tolerance, actual[row]);
        }
    }

    private static void Compare(DeviceScope scope, Forest forest, int rows)
    {
        float[] samples = ForestBuilder.Samples(scope.Random, rows, (int)forest.FeatureCount);
        Compare(scope, forest, samples, rows, scope.Random.Next(16));
    }

    private static void AddLarge(CaseList cases)
    {
        cases.Add("batch-predict/rows=70001", scope =>
            Compare(scope, ForestBuilder.Random(scope.Random, 3, 4, 2), 70_001));
        cases.Add("batch-predict/trees=70001", scope =>
            Compare(scope, ForestBuilder.Random(scope.Random, 70_001, 1, 2), 3));
        cases.Add("batch-predict/nodes=131071", scope =>
            Compare(scope, ForestBuilder.Random(scope.Random, 1, 16, 8, isFull: true), 999));
        cases.Add("batch-predict/chain=70001", scope => Compare(scope, Chain(70_001), 3));
        cases.Add("batch-predict/100-trees/depth=12/rows=30011", scope =>
            Compare(scope, ForestBuilder.Random(scope.Random, 100, 12, 28), 30_011), isBig: true);
        cases.Add("batch-predict/rows=10000019", scope =>
            Compare(scope, ForestBuilder.Random(scope.Random, 2, 3, 1), 10_000_019), isBig: true);
    }

    /// <summary>
    /// A tree as deep as it has inner nodes: each sends half of the grid to a leaf, or one value on.
    /// </summary>
    private static Forest Chain(int length)
    {
        TreeNode[] nodes = new TreeNode[(2 * length) + 1];
        for (uint i = 0; i < length; i++)
        {
            nodes[2 * i] = new TreeNode(0, 1000, (2 * i) + 2, (2 * i) + 1);
            nodes[(2 * i) + 1] = ForestBuilder.Leaf(i);
        }

        nodes[2 * length] = ForestBuilder.Leaf(-7);
        return new Forest { Nodes = nodes, Offsets = [0], FeatureCount = 1, MaxDepth = (uint)length };
    }

    private static void AddValues(CaseList cases)
    {
        cases.Add("batch-predict/special-samples-and-thresholds", scope =>
        {
            Random random = scope.Random;
            Forest forest = ForestBuilder.Random(random, 20, 6, 3);
            TreeNode[] nodes = [.. forest.Nodes.Select(node => node.IsLeaf || random.Next(3) == 0
                ? node
                : node with { Value = SpecialValues[random.Next(SpecialValues.Length)] })];
            float[] samples = ForestBuilder.Samples(random, 400, 3);
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] =
                    random.Next(3) == 0 ? samples[i] : SpecialValues[random.Next(SpecialValues.Length)];
            }

            Compare(scope, forest with { Nodes = nodes }, samples, 400);
        });
        cases.Add("batch-predict/each-special-sample-against-each-threshold", scope =>
        {
            foreach (float threshold in SpecialValues)
            {
                Forest stump = new()
                {
                    Nodes = [new TreeNode(0, threshold, 1, 2), ForestBuilder.Leaf(1), ForestBuilder.Leaf(2)],
                    Offsets = [0],
                    FeatureCount = 1,
                    MaxDepth = 1,
                };
                Compare(scope, stump, SpecialValues, SpecialValues.Length);
            }
        });
        cases.Add("batch-predict/not-finite-leaves", scope =>
        {
            Random random = scope.Random;
            Forest forest = ForestBuilder.Random(random, 5, 4, 3);
            TreeNode[] nodes = [.. forest.Nodes.Select(node => node.IsLeaf && random.Next(3) == 0
                ? node with { Value = SpecialValues[random.Next(3)] }
                : node)];
            Compare(scope, forest with { Nodes = nodes }, ForestBuilder.Samples(random, 300, 3), 300);
        });
        cases.Add("batch-predict/large-common-leaf", scope =>
        {
            Forest forest = ForestBuilder.Random(scope.Random, 20_001, 1, 3);
            TreeNode[] nodes = [.. forest.Nodes.Select(node =>
                node.IsLeaf ? node with { Value = node.Value + 1e5f } : node)];
            Compare(scope, forest with { Nodes = nodes }, ForestBuilder.Samples(scope.Random, 20, 3), 20);
        });
    }

    private static void NoTrees(DeviceScope scope)
    {
        Operand output = scope.InOut(new float[] { 3, 4, 5 }, 0);
        Operand samples = scope.Input(new float[6]);
        Operand nodes = scope.Input(new[] { ForestBuilder.Leaf(1) });
        scope.Call(
            backend => backend.BatchPredict(
                new BatchPredictParams(3, 2, 0, 4),
                samples.Buffer,
                nodes.Buffer,
                nodes.Buffer,
                output.Buffer),
            output);
    }

    private static void IndependentOfBatch(DeviceScope scope)
    {
        const int Features = 5;
        const int All = 1000;
        Forest forest = ForestBuilder.Random(scope.Random, 50, 8, Features);
        float[] samples = ForestBuilder.Samples(scope.Random, All, Features);
        float[] together = Compare(scope, forest, samples, All);
        foreach (int rows in new[] { 1, 2, 7, 16, 63, 64, 65, 333, 999 })
        {
            int first = scope.Random.Next(All - rows + 1);
            float[] part = samples[(first * Features)..((first + rows) * Features)];
            Expect.Elements<int>(
                $"bits of {rows} rows from row {first}, predicted alone",
                [.. together.AsSpan(first, rows).ToArray().Select(BitConverter.SingleToInt32Bits)],
                [.. Compare(scope, forest, part, rows).Select(BitConverter.SingleToInt32Bits)]);
        }
    }

    private static void MaxDepth(DeviceScope scope)
    {
        uint[] depths = [0, 1, 2, 5, 6, 7, 8, 64, 1000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];
        foreach (uint depth in depths)
        {
            foreach (bool isFull in new[] { false, true })
            {
                Forest forest = ForestBuilder.Random(scope.Random, isFull ? 3 : 1, 7, 4, isFull);
                Compare(scope, forest with { MaxDepth = depth }, 101);
            }
        }

        Forest leaves = ForestBuilder.Random(scope.Random, 3, 0, 4);
        Compare(scope, leaves, 5);
    }

    private static void Aliased(DeviceScope scope)
    {
        const int Count = 200;
        Forest forest = ForestBuilder.Random(scope.Random, Count, 4, 1);
        float[] samples = ForestBuilder.Samples(scope.Random, Count, 1);
        Operand input = scope.InOut(samples, Count);
        Operand nodes = scope.InOut(forest.Nodes, Count, tailBytes: 0);
        Operand offsets = scope.InOut(forest.Offsets, Count);
        foreach (Operand output in new[] { input, nodes, offsets })
        {
            scope.Call(
                backend => backend.BatchPredict(
                    forest.Parameters(Count), input.Buffer, nodes.Buffer, offsets.Buffer, output.Buffer),
                output);
            Check(forest, samples, output.Floats());
            output.Reset();
        }

        // Nodes read as offsets and as samples: what they mean does not matter, the walk does.
        uint[] words = new uint[forest.Nodes.Length * 4];
        for (int i = 0; i < forest.Nodes.Length; i++)
        {
            TreeNode node = forest.Nodes[i];
            uint[] parts = [node.Feature, BitConverter.SingleToUInt32Bits(node.Value), node.Left, node.Right];
            parts.CopyTo(words, 4 * i);
        }

        Forest same = forest with { Offsets = words[..Count] };
        float[] asSamples = [.. words.Take(Count).Select(BitConverter.UInt32BitsToSingle)];
        scope.Call(
            backend => backend.BatchPredict(
                same.Parameters(Count), nodes.Buffer, nodes.Buffer, nodes.Buffer, nodes.Buffer),
            nodes);
        Check(same, asSamples, nodes.Floats());
    }
}
