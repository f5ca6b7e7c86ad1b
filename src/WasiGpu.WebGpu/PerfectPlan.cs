namespace WasiGpu.WebGpu;

/// <summary>How workgroups walk perfect trees: what they keep in the memory they share.</summary>
/// <param name="Depth">The levels above the leaves.</param>
/// <param name="GroupSize">Rows of a workgroup, a thread each.</param>
/// <param name="Columns">Columns of samples that there is room for.</param>
/// <param name="Top">Levels whose nodes are kept; with all of them the leaves are, too.</param>
/// <param name="GroupTrees">Trees that are kept at once.</param>
internal sealed record PerfectPlan(uint Depth, uint GroupSize, uint Columns, uint Top, uint GroupTrees)
{
    /// <summary>Deeper trees grow too large when they are filled up.</summary>
    internal const uint MaxDepth = 12;

    internal const uint NodeBytes = 8;

    private const uint WordBytes = 4;

    /// <summary>Columns are rounded up to this, so that few kernels are compiled.</summary>
    private const uint ColumnStep = 4;

    /// <summary>Walks of a thread that are under way at once.</summary>
    private const uint Interleaved = 4;

    /// <summary>Words of a column in a tile of samples.</summary>
    internal uint ColumnWords => GroupSize + 1;

    /// <summary>The values of the kernels' constants.</summary>
    internal (string Name, double Value)[] Constants =>
    [
        ("group_size", GroupSize),
        ("depth", Depth),
        ("top", Top),
        ("group_trees", GroupTrees),
        ("columns", Columns),
    ];

    /// <summary>Plans the walk, if the samples of enough rows fit.</summary>
    /// <param name="depth">The levels above the leaves, at most <see cref="MaxDepth"/>.</param>
    /// <param name="featureCount">The columns of a row.</param>
    /// <param name="treeCount">The number of trees.</param>
    /// <param name="limits">Those of the device.</param>
    /// <param name="isSmall">Whether to keep as little as possible.</param>
    internal static PerfectPlan? Make(
        uint depth,
        ulong featureCount,
        uint treeCount,
        in AdapterLimits limits,
        bool isSmall)
    {
        ulong columns = (featureCount + ColumnStep - 1) / ColumnStep * ColumnStep;
        ulong memory = limits.MaxWorkgroupStorage;
        foreach (uint rows in (ReadOnlySpan<uint>)[256, 128, 64])
        {
            ulong tileBytes = columns * (rows + 1) * WordBytes;
            if (tileBytes > memory * 2 / 3 || rows > limits.MaxInvocations || (isSmall && rows > 64))
            {
                continue;
            }

            ulong rest = memory - tileBytes - WordBytes;
            ulong wholeBytes = (NodeBytes + WordBytes) << (int)depth;
            uint top = depth;
            ulong trees = rest / wholeBytes;
            uint wanted = Math.Min(Interleaved, treeCount);
            if (trees < wanted || isSmall)
            {
                top = isSmall ? depth / 2 : depth - 1;
                while (top > 0 && rest / (NodeBytes << (int)top) < wanted)
                {
                    top--;
                }

                trees = isSmall ? 5 : rest / (NodeBytes << (int)top);
            }

            // A rest of trees that do not fill a turn is slow.
            trees = trees > Interleaved && !isSmall ? trees / Interleaved * Interleaved : trees;
            return new PerfectPlan(depth, rows, (uint)columns, top, (uint)Math.Min(trees, treeCount));
        }

        return null;
    }
}
