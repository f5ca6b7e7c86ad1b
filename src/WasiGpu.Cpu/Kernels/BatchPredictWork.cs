using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>
/// batch-predict in blocks of rows: each tree is walked for all rows of a block while it is in the cache. The
/// leaves of a row are added in float64 in the order of the trees, so a row's result does not depend on the
/// others.
/// </summary>
/// <remarks>Trees that were checked walk some rows in lock-step, so that the processor has several memory
/// accesses under way. For the others nodes and offsets are hostile: every node number is compared with
/// the number of nodes before it
/// is used, every feature with the number of features, and every walk ends.</remarks>
internal readonly unsafe struct BatchPredictWork(
    BatchPredictParams parameters,
    float* samples,
    TreeNode* nodes,
    ulong nodeCount,
    uint* treeOffsets,
    WalkTree* trees,
    float* output,
    Deadline deadline) : IChunkWork
{
    private const int BlockRows = 128;

    /// <summary>Rows that walk a checked tree in lock-step.</summary>
    private const int LockStepRows = 8;

    /// <summary>Moves between two looks at whether all these rows have met their leaves.</summary>
    private const int MovesPerLook = 4;

    /// <summary>Moves after which a thread looks at the deadline: a few tens of milliseconds of cache
    /// misses.</summary>
    private const uint MovesPerCheck = 1 << 17;

    internal long ChunkCount => Chunks.Count(parameters.BatchSize, BlockRows);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(long chunk, int slot)
    {
        long first = chunk * BlockRows;
        int rowCount = (int)Chunks.Length(chunk, parameters.BatchSize, BlockRows);
        double* sums = stackalloc double[BlockRows];
        new Span<double>(sums, rowCount).Clear();

        // After as many moves as there are nodes, one was met twice: the walk would never end.
        ulong maxMoves = Math.Min(parameters.MaxDepth, nodeCount);
        uint movesToCheck = MovesPerCheck;
        for (uint tree = 0; tree < parameters.NTrees; tree++)
        {
            int row = 0;
            if (trees is not null && trees[tree].IsChecked)
            {
                row = AddLockStep(trees[tree], first, rowCount, sums, ref movesToCheck);
            }

            for (; row < rowCount; row++)
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

    /// <summary>Adds a checked tree's leaves for the rows of whole groups.</summary>
    /// <returns>The number of these rows.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddLockStep(WalkTree tree, long first, int rowCount, double* sums, ref uint movesToCheck)
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
        long stride = parameters.NFeatures;
        int row = 0;
        for (; row <= rowCount - LockStepRows; row += LockStepRows)
        {
            float* sample = samples + ((first + row) * stride);
            ulong at0 = 0, at1 = 0, at2 = 0, at3 = 0, at4 = 0, at5 = 0, at6 = 0, at7 = 0;
            for (int level = 0; level < tree.Depth; level += MovesPerLook)
            {
                for (int move = 0; move < MovesPerLook; move++)
                {
                    at0 = Move(root, at0, sample);
                    at1 = Move(root, at1, sample + stride);
                    at2 = Move(root, at2, sample + (2 * stride));
                    at3 = Move(root, at3, sample + (3 * stride));
                    at4 = Move(root, at4, sample + (4 * stride));
                    at5 = Move(root, at5, sample + (5 * stride));
                    at6 = Move(root, at6, sample + (6 * stride));
                    at7 = Move(root, at7, sample + (7 * stride));
                }

                if (IsLeaf(root, at0) & IsLeaf(root, at1) & IsLeaf(root, at2) & IsLeaf(root, at3)
                    & IsLeaf(root, at4) & IsLeaf(root, at5) & IsLeaf(root, at6) & IsLeaf(root, at7))
                {
                    break;
                }
            }

            double* group = sums + row;
            group[0] += ((WalkNode*)(root + at0))->Value;
            group[1] += ((WalkNode*)(root + at1))->Value;
            group[2] += ((WalkNode*)(root + at2))->Value;
            group[3] += ((WalkNode*)(root + at3))->Value;
            group[4] += ((WalkNode*)(root + at4))->Value;
            group[5] += ((WalkNode*)(root + at5))->Value;
            group[6] += ((WalkNode*)(root + at6))->Value;
            group[7] += ((WalkNode*)(root + at7))->Value;
        }

        return row;
    }

    /// <summary>One move, without a branch; a leaf stays where it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Move(byte* root, ulong at, float* sample)
    {
        WalkNode* node = (WalkNode*)(root + at);

        // A NaN in the sample or in the threshold is not below anything: the walk goes right.
        ulong isLeft = Unsafe.BitCast<bool, byte>(sample[node->Feature] <= node->Value);
        return ((uint*)node)[2 + isLeft];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLeaf(byte* root, ulong at) => ((WalkNode*)(root + at))->Left == at;

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
