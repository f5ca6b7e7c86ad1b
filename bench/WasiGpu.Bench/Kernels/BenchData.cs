namespace WasiGpu.Bench.Kernels;

/// <summary>Data that is the same in every run.</summary>
internal static class BenchData
{
    internal const int Seed = 42;

    /// <summary>Floats from 0.1 to 1.1: no function of the kernels takes a special way for them.</summary>
    internal static float[] Floats(int count)
    {
        Random random = new(Seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = random.NextSingle() + 0.1f;
        }

        return values;
    }

    /// <summary>Trees whose leaves all lie at the same depth, each stored level by level.</summary>
    internal static TreeNode[] FullTrees(int trees, int depth, int features, out uint[] offsets)
    {
        Random random = new(Seed);
        int inner = (1 << depth) - 1;
        int size = (2 << depth) - 1;
        TreeNode[] nodes = new TreeNode[trees * size];
        offsets = new uint[trees];
        for (int tree = 0; tree < trees; tree++)
        {
            offsets[tree] = (uint)(tree * size);
            for (int i = 0; i < size; i++)
            {
                float value = random.NextSingle() + 0.1f;
                uint left = (uint)((2 * i) + 1);
                nodes[(tree * size) + i] = i < inner
                    ? new TreeNode((uint)random.Next(features), value, left, left + 1)
                    : new TreeNode(TreeNode.Leaf, value, 0, 0);
            }
        }

        return nodes;
    }
}
