using WasiGpu.Bench.Kernels;

namespace WasiGpu.Bench.Tests;

/// <summary>The random forests have the shapes of trained ones.</summary>
public sealed class ForestTests
{
    private const int Trees = 3;
    private const int Features = 28;

    [Theory]
    [InlineData(8, 255, 480, 511, 7.9, 8)]
    [InlineData(12, 0, 5000, 7000, 11.8, 12)]
    [InlineData(0, 0, 120_000, 126_000, 18, 22)]
    public void Grow_Shape_HasSoManyNodesAndVisits(
        int depth, int cuts, int leastNodes, int mostNodes, double leastVisits, double mostVisits)
    {
        Forest forest = TreeGrower.Grow(new ForestShape(Trees, Features, depth, cuts));
        Assert.Equal(Trees, forest.Offsets.Length);
        Assert.InRange(forest.Nodes.Length / (double)Trees, leastNodes, mostNodes);
        Assert.InRange(Visits(forest), leastVisits, mostVisits);
        Assert.True(depth == 0 || forest.Depth == depth);
        int distinct = forest.Nodes.Where(node => node.Feature == 0).Select(node => node.Value).Distinct().Count();
        Assert.True(cuts == 0 ? distinct > 300 * Trees / 10 : distinct <= cuts, $"{distinct} thresholds");
    }

    [Fact]
    public void Grow_Twice_IsTheSameForest()
    {
        ForestShape shape = new(Trees, Features, Depth: 6, Cuts: 255);
        Assert.Equal(TreeGrower.Grow(shape).Nodes, TreeGrower.Grow(shape).Nodes);
    }

    /// <summary>Moves of a row in a tree, in the mean of some rows; a walk that does not end fails.</summary>
    private static double Visits(Forest forest)
    {
        const int SampledRows = 500;
        float[] rows = BenchData.UnitFloats(SampledRows * Features);
        long moves = 0;
        foreach (float[] row in rows.Chunk(Features))
        {
            foreach (uint offset in forest.Offsets)
            {
                uint at = offset;
                int depth = 0;
                while (!forest.Nodes[at].IsLeaf)
                {
                    TreeNode node = forest.Nodes[at];
                    at = offset + (row[node.Feature] <= node.Value ? node.Left : node.Right);
                    depth++;
                    Assert.True(depth <= forest.Depth);
                }

                moves += depth;
            }
        }

        return moves / ((double)SampledRows * Trees);
    }
}
