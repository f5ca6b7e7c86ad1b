namespace WasiGpu.Bench.Kernels;

/// <summary>A forest as <c>kernel-batch-predict</c> takes it.</summary>
/// <param name="Nodes">The nodes of all trees.</param>
/// <param name="Offsets">The number of each tree's first node.</param>
/// <param name="Depth">The most moves in a tree.</param>
internal sealed record Forest(TreeNode[] Nodes, uint[] Offsets, int Depth)
{
    /// <summary>The mean of the leaves that a row reaches, in float64.</summary>
    /// <param name="row">The row's features.</param>
    internal double Predict(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (uint offset in Offsets)
        {
            TreeNode node = Nodes[offset];
            while (!node.IsLeaf)
            {
                node = Nodes[offset + (row[(int)node.Feature] <= node.Value ? node.Left : node.Right)];
            }

            sum += node.Value;
        }

        return sum / Offsets.Length;
    }
}
