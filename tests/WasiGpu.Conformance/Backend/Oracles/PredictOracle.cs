namespace WasiGpu.Conformance;

/// <summary>Walks of trees by the rules, and their means in float64.</summary>
internal static class PredictOracle
{
    /// <summary>The prediction of one row and the largest error allowed.</summary>
    internal static (double Value, double Tolerance) Predict(Forest forest, ReadOnlySpan<float> row)
    {
        double sum = 0;
        double absoluteSum = 0;
        foreach (uint offset in forest.Offsets)
        {
            float leaf = Walk(forest, offset, row);
            sum += leaf;
            absoluteSum += Math.Abs((double)leaf);
        }

        return (sum / forest.Offsets.Length, 1e-6 * absoluteSum / forest.Offsets.Length);
    }

    /// <summary>The leaf that a row reaches; NaN when the walk breaks a rule.</summary>
    private static float Walk(Forest forest, uint offset, ReadOnlySpan<float> row)
    {
        ulong place = offset;
        for (uint moves = 0; place < (ulong)forest.Nodes.Length; moves++)
        {
            TreeNode node = forest.Nodes[place];
            if (node.IsLeaf)
            {
                return node.Value;
            }

            bool isTooLong = moves == forest.MaxDepth || moves >= forest.Nodes.Length;
            if (isTooLong || node.Feature >= forest.FeatureCount)
            {
                return float.NaN;
            }

            place = (ulong)offset + (row[(int)node.Feature] <= node.Value ? node.Left : node.Right);
        }

        return float.NaN;
    }
}
