namespace WasiGpu.WebGpu;

/// <summary>How large batches are encoded and walked: what workgroups keep in the memory they share.</summary>
/// <param name="Depth">The levels of the trees above the leaves.</param>
/// <param name="GroupSize">Threads of a workgroup.</param>
/// <param name="CodeRows">Rows whose codes share a word, which one thread walks: 4 or 2.</param>
/// <param name="Columns">Columns of codes that there is room for.</param>
/// <param name="TableLevels">A column's table has 2 to this power words.</param>
/// <param name="TableColumns">Columns whose tables are kept when rows are encoded.</param>
/// <param name="Kept">Levels of trees that are kept, the leaves being the last one.</param>
/// <param name="KeptTrees">Trees that are kept at once.</param>
internal sealed record CodedPlan(
    uint Depth,
    uint GroupSize,
    uint CodeRows,
    uint Columns,
    uint TableLevels,
    uint TableColumns,
    uint Kept,
    uint KeptTrees)
{
    private const uint WordBytes = 4;

    /// <summary>The most keys whose codes fit a byte.</summary>
    private const uint MostSmallKeys = byte.MaxValue;

    /// <summary>Tables are no smaller than this, so that few kernels are compiled.</summary>
    private const uint LeastTableLevels = 8;

    /// <summary>Columns are rounded up to this, for the same reason.</summary>
    private const uint ColumnStep = 4;

    /// <summary>Nodes name the first word of their column in 16 bits.</summary>
    private const uint MostColumnWords = 1 << 16;

    /// <summary>Bits of a code.</summary>
    internal uint CodeBits => 32 / CodeRows;

    /// <summary>Rows of a workgroup.</summary>
    internal uint TileRows => GroupSize * CodeRows;

    /// <summary>The values of the kernels' constants.</summary>
    internal (string Name, double Value)[] Constants =>
    [
        ("group_size", GroupSize),
        ("depth", Depth),
        ("code_rows", CodeRows),
        ("columns", Columns),
        ("table_levels", TableLevels),
        ("table_columns", TableColumns),
        ("kept", Kept),
        ("kept_trees", KeptTrees),
    ];

    /// <summary>Plans the walk, if the codes of enough rows fit.</summary>
    /// <param name="depth">The levels of the trees above the leaves.</param>
    /// <param name="featureCount">The columns of a row.</param>
    /// <param name="treeCount">The number of trees.</param>
    /// <param name="keyCount">The most thresholds of a column.</param>
    /// <param name="limits">Those of the device.</param>
    /// <param name="isSmall">Whether to keep as little as possible.</param>
    internal static CodedPlan? Make(
        uint depth,
        uint featureCount,
        uint treeCount,
        uint keyCount,
        in AdapterLimits limits,
        bool isSmall)
    {
        uint memory = limits.MaxWorkgroupStorage;
        uint codeRows = keyCount <= MostSmallKeys ? 4u : 2;
        uint levels = Math.Max(LeastTableLevels, (uint)uint.Log2(keyCount) + 1);
        ulong tableBytes = ((1UL << (int)levels) + 1) * WordBytes;
        ulong columns = ((ulong)featureCount + ColumnStep - 1) / ColumnStep * ColumnStep;
        uint tableColumns = (uint)Math.Min(memory / tableBytes, featureCount);
        foreach (uint threads in (ReadOnlySpan<uint>)[256, 128, 64])
        {
            ulong tileBytes = columns * threads * WordBytes;
            if (tableColumns == 0
                || tileBytes > memory * 2 / 3
                || columns * threads > MostColumnWords
                || threads > limits.MaxInvocations
                || (isSmall && threads > 64))
            {
                continue;
            }

            ulong rest = memory - tileBytes;
            uint kept = isSmall ? (depth + 1) / 2 : depth + 1;
            uint wanted = Math.Min(4 / codeRows, treeCount);
            while (kept > 0 && rest / (WordBytes << (int)kept) < wanted)
            {
                kept--;
            }

            ulong trees = isSmall ? 5 : rest / (WordBytes << (int)kept);
            trees = codeRows == 2 && trees > 1 && !isSmall ? trees / 2 * 2 : trees;
            uint keptTrees = (uint)Math.Min(trees, treeCount);
            return new CodedPlan(
                depth, threads, codeRows, (uint)columns, levels, tableColumns, kept, keptTrees);
        }

        return null;
    }
}
