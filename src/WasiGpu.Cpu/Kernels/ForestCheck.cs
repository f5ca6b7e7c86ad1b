using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>
/// Checks trees once for all rows of a call and copies them, so that their walks need no checks: every walk
/// stays in the copy, names a feature that exists and meets a leaf within the allowed moves. The copy is made
/// anew for each call, because the guest may change its nodes in between.
/// </summary>
internal unsafe struct ForestCheck(
    BatchPredictParams parameters,
    TreeNode* nodes,
    ulong nodeCount,
    WalkNode* copies,
    Deadline deadline)
{
    /// <summary>Deeper trees are too lopsided for rows in lock-step.</summary>
    private const ulong MaxDepth = 256;

    /// <summary>More nodes than this are not copied: 256 MiB.</summary>
    private const ulong MaxNodes = 1 << 24;

    /// <summary>The samples of wider rows are not arranged by columns: a walk looks at few of them.</summary>
    private const ulong MaxFeatures = 1 << 20;

    private const ulong MaxFeaturesOfATree = 64;

    private const int NodesPerCheck = 1 << 17;

    // Nodes of trees that fail count too: the work is bounded, however often they share nodes.
    private ulong _usedCount;

    /// <summary>Whether there are enough rows to pay for the copy, and no more trees than nodes.</summary>
    internal static bool Pays(in BatchPredictParams parameters, ulong nodeCount)
    {
        return parameters.NFeatures > 0
            && parameters.NFeatures <= Math.Min(MaxFeatures, MaxFeaturesOfATree * (ulong)parameters.NTrees)
            && nodeCount <= MaxNodes
            && parameters.NTrees <= nodeCount
            && (ulong)parameters.BatchSize * parameters.NTrees >= nodeCount / 4;
    }

    /// <summary>Checks and copies a tree level by level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal WalkTree Check(uint root)
    {
        if (_usedCount == nodeCount)
        {
            return WalkTree.Unchecked;
        }

        WalkNode* tree = copies + _usedCount;
        ulong capacity = nodeCount - _usedCount;
        ulong maxMoves = Math.Min(MaxDepth, Math.Min(parameters.MaxDepth, nodeCount));
        ulong depth = 0;
        ulong levelEnd = 1;
        ulong count = 1;

        // A node that waits for its turn holds its number in the guest's tree.
        tree[0] = new WalkNode(0, 0, 0, 0);
        bool isSound = true;
        for (ulong i = 0; i < count && isSound; i++)
        {
            if (i % NodesPerCheck == NodesPerCheck - 1)
            {
                deadline.ThrowIfPassed();
            }

            if (i == levelEnd)
            {
                depth++;
                levelEnd = count;
            }

            ulong number = (ulong)root + tree[i].Left;
            if (number >= nodeCount)
            {
                isSound = false;
                continue;
            }

            TreeNode node = nodes[number];
            if (node.IsLeaf)
            {
                uint self = (uint)i * (uint)sizeof(WalkNode);
                tree[i] = new WalkNode(0, node.Value, self, self);
                continue;
            }

            isSound = node.Feature < parameters.NFeatures && depth < maxMoves && count + 2 <= capacity;
            if (isSound)
            {
                uint left = (uint)count * (uint)sizeof(WalkNode);
                uint column = node.Feature * BatchPredictWork.GroupRows * sizeof(float);
                tree[i] = new WalkNode(column, node.Value, left + (uint)sizeof(WalkNode), left);
                tree[count] = new WalkNode(0, 0, 0, node.Left);
                tree[count + 1] = new WalkNode(0, 0, 0, node.Right);
                count += 2;
            }
        }

        _usedCount += count;
        return isSound ? new WalkTree((nint)tree, (int)depth) : WalkTree.Unchecked;
    }
}
