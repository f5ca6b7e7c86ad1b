using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>
/// batch-predict in blocks of rows: each tree is walked for all rows of a block while it is in the cache. The
/// leaves of a row are added in float64 in the order of the trees, so a row's result does not depend on the
/// others.
/// </summary>
/// <remarks>Nodes and offsets are hostile: every node number is compared with the number of nodes before it
/// is used, every feature with the number of features, and every walk ends.</remarks>
internal readonly unsafe struct BatchPredictWork(
    BatchPredictParams parameters,
    float* samples,
    TreeNode* nodes,
    ulong nodeCount,
    uint* treeOffsets,
    float* output,
    Deadline deadline) : IChunkWork
{
    private const int BlockRows = 64;

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
