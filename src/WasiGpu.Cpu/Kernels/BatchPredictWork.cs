using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>
/// batch-predict in blocks of rows: each tree is walked for all rows of a block while it is in the cache. The
/// leaves of a row are added in float64 in the order of the trees, so a row's result does not depend on the
/// others.
/// </summary>
/// <remarks>Trees that were checked walk a group of rows in lock-step, so that the processor has several memory
/// accesses under way: a move waits many cycles for its loads and its comparison, and takes 2 or 3 where
/// the rows of a group take turns. The samples of a group lie column by column, so that one address serves all of
/// its rows. For the other trees nodes and offsets are hostile: every node number is compared with the number of
/// nodes before it is used, every feature with the number of features, and every walk ends.</remarks>
internal readonly unsafe struct BatchPredictWork(
    BatchPredictParams parameters,
    float* samples,
    TreeNode* nodes,
    ulong nodeCount,
    uint* treeOffsets,
    WalkTree* trees,
    float* columns,
    float* output,
    Deadline deadline) : IChunkWork
{
    /// <summary>Rows that walk a checked tree in lock-step.</summary>
    internal const int GroupRows = 16;

    private const int MaxBlockRows = 8 * GroupRows;

    /// <summary>Bytes of a block's samples, which share the second-level cache with a tree.</summary>
    private const ulong MaxColumnBytes = 256 << 10;

    /// <summary>Moves between two looks at whether all these rows have met their leaves.</summary>
    private const int MovesPerLook = 4;

    /// <summary>Moves after which a thread looks at the deadline: a few tens of milliseconds of cache
    /// misses.</summary>
    private const uint MovesPerCheck = 1 << 17;

    private readonly int _blockRows = BlockRows(parameters);

    internal long ChunkCount => Chunks.Count(parameters.BatchSize, _blockRows);

    /// <summary>Bytes of the columns of a block, for each thread.</summary>
    internal static ulong ColumnBytes(in BatchPredictParams parameters)
    {
        return (ulong)BlockRows(parameters) * parameters.NFeatures * sizeof(float);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(long chunk, int slot)
    {
        long first = chunk * _blockRows;
        int rowCount = (int)Chunks.Length(chunk, parameters.BatchSize, _blockRows);
        double* sums = stackalloc double[MaxBlockRows];
        new Span<double>(sums, MaxBlockRows).Clear();
        float* block = columns + ((long)slot * _blockRows * parameters.NFeatures);
        if (trees is not null)
        {
            Transpose(samples + (first * parameters.NFeatures), rowCount, block);
        }

        // After as many moves as there are nodes, one was met twice: the walk would never end.
        ulong maxMoves = Math.Min(parameters.MaxDepth, nodeCount);
        uint movesToCheck = MovesPerCheck;
        for (uint tree = 0; tree < parameters.NTrees; tree++)
        {
            if (trees is not null && trees[tree].IsChecked)
            {
                AddLockStep(trees[tree], block, rowCount, sums, ref movesToCheck);
                continue;
            }

            for (int row = 0; row < rowCount; row++)
            {
                // A row that is NaN stays NaN; a hostile tree is not walked for it again.
                if (double.IsNaN(sums[row]))
                {
                    continue;
                }

                float* sample = samples + ((first + row) * parameters.NFeatures);
                sums[row] += Walk(sample, treeOffsets[tree], maxMoves, ref movesToCheck);
            }
        }

        for (int row = 0; row < rowCount; row++)
        {
            double mean = sums[row] / parameters.NTrees;
            output[first + row] = double.IsNaN(mean) ? float.NaN : (float)mean;
        }
    }

    private static int BlockRows(in BatchPredictParams parameters)
    {
        ulong rows = MaxColumnBytes / (sizeof(float) * Math.Max(1UL, parameters.NFeatures));
        return Math.Clamp((int)(rows / GroupRows * GroupRows), GroupRows, MaxBlockRows);
    }

    /// <summary>Writes each group of rows column by column; rows that a last group lacks are zeros.</summary>
    private void Transpose(float* rows, int rowCount, float* block)
    {
        long features = parameters.NFeatures;
        for (int first = 0; first < rowCount; first += GroupRows)
        {
            float* group = block + (first * features);
            for (int row = 0; row < GroupRows; row++)
            {
                float* source = rows + ((first + row) * features);
                bool isRow = first + row < rowCount;
                for (long feature = 0; feature < features; feature++)
                {
                    group[(feature * GroupRows) + row] = isRow ? source[feature] : 0;
                }
            }
        }
    }

    /// <summary>Adds a checked tree's leaves for all rows of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddLockStep(WalkTree tree, float* block, int rowCount, double* sums, ref uint movesToCheck)
    {
        uint moves = (uint)((tree.Depth + 1) * rowCount);
        if (movesToCheck <= moves)
        {
            deadline.ThrowIfPassed();
            movesToCheck = MovesPerCheck;
        }
        else
        {
            movesToCheck -= moves;
        }

        byte* root = (byte*)tree.Root;
        for (int row = 0; row < rowCount; row += GroupRows)
        {
            WalkGroup(root, tree.Depth, (byte*)(block + ((long)row * parameters.NFeatures)), sums + row);
        }
    }

    /// <summary>Adds the leaves that the rows of a group reach.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WalkGroup(byte* root, int depth, byte* group, double* sums)
    {
        nuint at0 = 0, at1 = 0, at2 = 0, at3 = 0, at4 = 0, at5 = 0, at6 = 0, at7 = 0;
        nuint at8 = 0, at9 = 0, at10 = 0, at11 = 0, at12 = 0, at13 = 0, at14 = 0, at15 = 0;
        for (int level = 0; level < depth; level += MovesPerLook)
        {
            for (int move = 0; move < MovesPerLook; move++)
            {
                at0 = Move(root, at0, group);
                at1 = Move(root, at1, group + (1 * sizeof(float)));
                at2 = Move(root, at2, group + (2 * sizeof(float)));
                at3 = Move(root, at3, group + (3 * sizeof(float)));
                at4 = Move(root, at4, group + (4 * sizeof(float)));
                at5 = Move(root, at5, group + (5 * sizeof(float)));
                at6 = Move(root, at6, group + (6 * sizeof(float)));
                at7 = Move(root, at7, group + (7 * sizeof(float)));
                at8 = Move(root, at8, group + (8 * sizeof(float)));
                at9 = Move(root, at9, group + (9 * sizeof(float)));
                at10 = Move(root, at10, group + (10 * sizeof(float)));
                at11 = Move(root, at11, group + (11 * sizeof(float)));
                at12 = Move(root, at12, group + (12 * sizeof(float)));
                at13 = Move(root, at13, group + (13 * sizeof(float)));
                at14 = Move(root, at14, group + (14 * sizeof(float)));
                at15 = Move(root, at15, group + (15 * sizeof(float)));
            }

            // The last moves end at leaves in any case.
            bool isLast = level + MovesPerLook >= depth;
            if (isLast || (IsLeaf(root, at0) & IsLeaf(root, at1) & IsLeaf(root, at2) & IsLeaf(root, at3)
                & IsLeaf(root, at4) & IsLeaf(root, at5) & IsLeaf(root, at6) & IsLeaf(root, at7)
                & IsLeaf(root, at8) & IsLeaf(root, at9) & IsLeaf(root, at10) & IsLeaf(root, at11)
                & IsLeaf(root, at12) & IsLeaf(root, at13) & IsLeaf(root, at14) & IsLeaf(root, at15)))
            {
                break;
            }
        }

        sums[0] += ((WalkNode*)(root + at0))->Value;
        sums[1] += ((WalkNode*)(root + at1))->Value;
        sums[2] += ((WalkNode*)(root + at2))->Value;
        sums[3] += ((WalkNode*)(root + at3))->Value;
        sums[4] += ((WalkNode*)(root + at4))->Value;
        sums[5] += ((WalkNode*)(root + at5))->Value;
        sums[6] += ((WalkNode*)(root + at6))->Value;
        sums[7] += ((WalkNode*)(root + at7))->Value;
        sums[8] += ((WalkNode*)(root + at8))->Value;
        sums[9] += ((WalkNode*)(root + at9))->Value;
        sums[10] += ((WalkNode*)(root + at10))->Value;
        sums[11] += ((WalkNode*)(root + at11))->Value;
        sums[12] += ((WalkNode*)(root + at12))->Value;
        sums[13] += ((WalkNode*)(root + at13))->Value;
        sums[14] += ((WalkNode*)(root + at14))->Value;
        sums[15] += ((WalkNode*)(root + at15))->Value;
    }

    /// <summary>One move, without a branch; a leaf stays where it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Move(byte* root, nuint at, byte* group)
    {
        // A NaN in the sample or in the threshold is not below anything: the walk goes right.
        WalkNode* node = (WalkNode*)(root + at);
        nuint isLeft = Unsafe.BitCast<bool, byte>(*(float*)(group + node->Column) <= node->Value);
        return ((uint*)node)[2 + isLeft];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLeaf(byte* root, nuint at) => ((WalkNode*)(root + at))->Left == at;

    /// <summary>The value of the leaf that a row reaches; NaN when its walk breaks a rule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Walk(float* sample, uint root, ulong maxMoves, ref uint movesToCheck)
    {
        ulong number = root;
        for (ulong moves = 0; ; moves++)
        {
            if (--movesToCheck == 0)
            {
                deadline.ThrowIfPassed();
                movesToCheck = MovesPerCheck;
            }

            if (number >= nodeCount)
            {
                return double.NaN;
            }

            TreeNode* node = nodes + number;
            uint feature = node->Feature;
            if (feature == TreeNode.Leaf)
            {
                return node->Value;
            }

            if (feature >= parameters.NFeatures || moves >= maxMoves)
            {
                return double.NaN;
            }

            // A NaN in the sample or in the threshold is not below anything: the walk goes right.
            number = (ulong)root + (sample[feature] <= node->Value ? node->Left : node->Right);
        }
    }
}
