namespace WasiGpu.Bench.Kernels;

/// <summary>
/// Grows a random tree for rows whose features are uniform from 0 to 1, with the shape that training gives: it splits
/// the box of a node at a place that is more often near the middle than at the sides, and stops where one of the
/// samples that fell into the box is left, or at the most depth.
/// </summary>
/// <remarks>With 63,000 samples, the distinct ones of 100,000 drawn with replacement, a tree without limit has 126,000
/// nodes and a row visits 20 of them; at depth 12 it has about 5,800. Forests trained on as many rows have such
/// trees.</remarks>
internal sealed class TreeGrower
{
    internal const int Samples = 63_000;

    private const int Tries = 8;

    private readonly ForestShape _shape;
    private readonly Random _random;
    private readonly List<TreeNode> _nodes = [];
    private readonly float[] _low;
    private readonly float[] _high;

    private TreeGrower(ForestShape shape, int seed)
    {
        _shape = shape;
        _random = new Random(seed);
        _low = new float[shape.Features];
        _high = new float[shape.Features];
        Array.Fill(_high, 1);
    }

    private int Depth { get; set; }

    /// <summary>Grows a forest, the same one each time.</summary>
    /// <param name="shape">Its shape.</param>
    internal static Forest Grow(ForestShape shape)
    {
        TreeGrower[] growers = new TreeGrower[shape.Trees];
        Parallel.For(0, shape.Trees, tree =>
        {
            TreeGrower grower = new(shape, BenchData.Seed + tree);
            grower.Split(Samples, 0);
            growers[tree] = grower;
        });
        TreeNode[] nodes = new TreeNode[growers.Sum(grower => grower._nodes.Count)];
        uint[] offsets = new uint[shape.Trees];
        int count = 0;
        for (int tree = 0; tree < growers.Length; tree++)
        {
            offsets[tree] = (uint)count;
            growers[tree]._nodes.CopyTo(nodes, count);
            count += growers[tree]._nodes.Count;
        }

        return new Forest(nodes, offsets, growers.Max(grower => grower.Depth));
    }

    /// <summary>Adds the node of the current box and all below it, the left child first.</summary>
    private uint Split(int samples, int depth)
    {
        uint index = (uint)_nodes.Count;
        _nodes.Add(new TreeNode(TreeNode.Leaf, _random.NextSingle() + 0.1f, 0, 0));
        Depth = Math.Max(Depth, depth);
        bool isDeepest = _shape.Depth > 0 && depth == _shape.Depth;
        if (samples < 2 || isDeepest || !TryChoose(out int feature, out float threshold))
        {
            return index;
        }

        float low = _low[feature];
        float high = _high[feature];
        double share = (threshold - low) / (high - low);
        int left = Math.Clamp((int)Math.Round(samples * share), 1, samples - 1);
        _high[feature] = threshold;
        uint leftNode = Split(left, depth + 1);
        _high[feature] = high;
        _low[feature] = threshold;
        uint rightNode = Split(samples - left, depth + 1);
        _low[feature] = low;
        _nodes[(int)index] = new TreeNode((uint)feature, threshold, leftNode, rightNode);
        return index;
    }

    /// <summary>Chooses a feature and a threshold inside the box; where cuts are few, there may be none.</summary>
    private bool TryChoose(out int feature, out float threshold)
    {
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            feature = _random.Next(_shape.Features);
            float low = _low[feature];
            float high = _high[feature];

            // The distribution of the middle of a disc's points: its mean entropy gives a depth of 20.
            double radius = Math.Sqrt(_random.NextDouble());
            double share = (1 + (radius * Math.Cos(2 * Math.PI * _random.NextDouble()))) / 2;
            double place = low + (share * (high - low));
            threshold = (float)(_shape.Cuts == 0 ? place : Math.Round(place * (_shape.Cuts + 1)) / (_shape.Cuts + 1));
            if (threshold > low && threshold < high)
            {
                return true;
            }
        }

        feature = 0;
        threshold = 0;
        return false;
    }
}
