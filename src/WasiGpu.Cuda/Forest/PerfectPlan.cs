using System.Numerics;

namespace WasiGpu.Cuda;

/// <summary>
/// How perfect trees, or the perfect tops of deep trees, are walked and samples made codes: chosen from the numbers of
/// thresholds, the depth and the shared memory of a block.
/// </summary>
internal sealed class PerfectPlan
{
    /// <summary>Bytes of a feature in a tile of codes.</summary>
    internal const uint PlaneBytes = 256;

    /// <summary>Deeper trees grow too large when they are filled up.</summary>
    internal const uint MaxDepth = 12;

    /// <summary>Rows that become columns at once.</summary>
    internal const uint TransposeRows = 128;

    private const uint MaxThreads = 1024;
    private const uint MaxSmallRanks = 255;
    private const uint MaxRanks = 32767;
    private const uint WarpWords = 32;
    private const uint DeepNodeBytes = 8;
    private const uint MaxDeepRanks = 0x7F_FFFE;
    private const uint LeastDeepWarps = 4;
    private const uint WarpThreads = 32;
    private const uint DeepTileBytes = 128;
    private const uint DeepTurn = 4;
    private const uint MostDeepTopBytes = 64 << 10;
    private const uint FusedRows = 256;

    /// <summary>Bytes of the sums of three of the four threads of each row.</summary>
    private const uint FusedPartialBytes = 3 * FusedRows * sizeof(double);

    /// <summary>What dynamic shared memory is aligned to.</summary>
    private const uint SharedAlignment = 1024;

    private PerfectPlan(uint nodeBytes, uint depth, uint[] levels, uint[] begins)
    {
        NodeBytes = nodeBytes;
        Depth = depth;
        Levels = levels;
        Begins = begins;
    }

    /// <summary>Bytes of a node: 2 with codes of 1 byte, 4 with codes of 2; 8 stands for the deep form, whose codes
    /// have 4.</summary>
    internal uint NodeBytes { get; }

    internal uint CodeBytes => NodeBytes / 2;

    internal uint TileRows => NodeBytes == 2 ? 256u : 128;

    internal uint Depth { get; }

    /// <summary>Bytes of a tree, or of its top.</summary>
    internal ulong TreeBytes => (IsDeep ? sizeof(uint) : (ulong)(NodeBytes + sizeof(float))) << (int)Depth;

    internal bool IsDeep => NodeBytes == DeepNodeBytes;

    /// <summary>Levels of each feature's search tree.</summary>
    internal uint[] Levels { get; }

    /// <summary>The first word of each feature's search tree.</summary>
    internal uint[] Begins { get; }

    internal uint TableWords { get; private set; }

    /// <summary>Each key of a search tree stands for so many thresholds.</summary>
    internal uint Step { get; private set; } = 1;

    /// <summary>Rows whose samples are in shared memory at once, twice; 0 to quantise column by column.</summary>
    internal uint BlockRows { get; private set; }

    /// <summary>Groups of features whose tables fit in shared memory: {first, count, first word, words}.</summary>
    internal List<(uint First, uint Count, uint Begin, uint Words)> Groups { get; } = [];

    /// <summary>The blocks of the groups: {group, part, parts}.</summary>
    internal List<(uint Group, uint Part, uint Parts)> Blocks { get; } = [];

    internal uint LargestGroupWords { get; private set; }

    /// <summary>Threads of the walk, in teams of <see cref="TileRows"/>.</summary>
    internal uint Threads { get; private set; }

    internal uint Buffers { get; private set; }

    internal uint GroupTrees { get; private set; }

    internal uint GroupCount { get; private set; }

    /// <summary>Walks of a thread under way at once.</summary>
    internal uint Interleaved { get; private set; }

    internal uint SharedBytes { get; private set; }

    /// <summary>Shared memory of the form in one kernel; 0 where that does not fit.</summary>
    internal uint FusedBytes { get; private set; }

    /// <summary>Addresses on the device, once there is memory.</summary>
    internal ulong Trees { get; set; }

    /// <summary>What is below the tops, in the deep form.</summary>
    internal ulong Units { get; set; }

    internal CodeTables Tables { get; set; }

    internal ulong GroupList { get; set; }

    internal ulong BlockList { get; set; }

    /// <summary>Plans the form, if there is one.</summary>
    /// <param name="featureBegin">Where each feature's thresholds begin, and where the last ends.</param>
    /// <param name="treeCount">The number of trees.</param>
    /// <param name="depth">The depth of the deepest tree.</param>
    /// <param name="hasNan">Whether a threshold is NaN.</param>
    /// <param name="maxSharedBytes">The shared memory of a block.</param>
    /// <param name="multiprocessorCount">Blocks that run at once.</param>
    internal static PerfectPlan? Make(
        ReadOnlySpan<uint> featureBegin,
        uint treeCount,
        uint depth,
        bool hasNan,
        uint maxSharedBytes,
        uint multiprocessorCount)
    {
        uint featureCount = (uint)featureBegin.Length - 1;
        uint most = 0;
        for (int feature = 0; feature < featureCount; feature++)
        {
            most = Math.Max(most, featureBegin[feature + 1] - featureBegin[feature]);
        }

        if (most > MaxRanks || depth > MaxDepth)
        {
            return null;
        }

        // The walk reads the first three levels at once. A node of 2 bytes cannot say "always right".
        uint nodeBytes = most <= MaxSmallRanks && !hasNan ? 2u : 4;
        PerfectPlan plan = new(nodeBytes, Math.Max(3, depth), new uint[featureCount], new uint[featureCount]);
        if (!plan.TryPlanFused(treeCount, most, maxSharedBytes))
        {
            plan.PlanTables(featureBegin);
        }

        return plan.PlanCodes(maxSharedBytes, multiprocessorCount) && plan.PlanGroups(treeCount, maxSharedBytes)
            ? plan
            : null;
    }

    /// <summary>Plans the deep form, if there is one.</summary>
    internal static PerfectPlan? MakeDeep(
        ReadOnlySpan<uint> featureBegin,
        uint treeCount,
        uint depth,
        uint maxSharedBytes,
        uint multiprocessorCount)
    {
        uint featureCount = (uint)featureBegin.Length - 1;
        uint most = 0;
        for (int feature = 0; feature < featureCount; feature++)
        {
            most = Math.Max(most, featureBegin[feature + 1] - featureBegin[feature]);
        }

        uint warps = MaxThreads / WarpThreads;
        while (warps * featureCount * DeepTileBytes > maxSharedBytes / 2)
        {
            warps /= 2;
        }

        if (most > MaxDeepRanks || warps < LeastDeepWarps)
        {
            return null;
        }

        uint codeBytes = warps * featureCount * DeepTileBytes;
        uint topDepth = Math.Clamp(depth, 2, MaxDepth);
        while (topDepth > 2 && codeBytes + (DeepTurn * (sizeof(uint) << (int)topDepth)) > maxSharedBytes)
        {
            topDepth--;
        }

        PerfectPlan plan = new(DeepNodeBytes, topDepth, new uint[featureCount], new uint[featureCount]);
        uint topBytes = (uint)sizeof(uint) << (int)topDepth;
        plan.Threads = warps * WarpThreads;

        // Walks of a turn are under way at once. More trees at once than shared memory asks for would only share the
        // second-level cache.
        uint groupTrees = Math.Min(MostDeepTopBytes, maxSharedBytes - codeBytes) / topBytes & ~(DeepTurn - 1);
        plan.GroupTrees = Math.Min(treeCount, Math.Max(DeepTurn, groupTrees));
        plan.GroupCount = (treeCount + plan.GroupTrees - 1) / plan.GroupTrees;
        plan.SharedBytes = codeBytes + (plan.GroupTrees * topBytes);
        while (most / plan.Step > MaxRanks
            || (sizeof(float) << (32 - BitOperations.LeadingZeroCount(most / plan.Step))) > maxSharedBytes)
        {
            plan.Step *= 2;
        }

        plan.PlanTables(featureBegin);
        return plan.SharedBytes <= maxSharedBytes && plan.PlanCodes(maxSharedBytes, multiprocessorCount)
            ? plan
            : null;
    }

    /// <summary>Plans tables of one size for all features, where they fit in shared memory with all trees.</summary>
    private bool TryPlanFused(uint treeCount, uint mostThresholds, uint sharedBytes)
    {
        uint featureCount = (uint)Levels.Length;
        uint levels = 32 - (uint)uint.LeadingZeroCount(mostThresholds);
        uint words = Math.Max(WarpWords, 1u << (int)levels);
        uint codeBytes = featureCount * PlaneBytes;

        // The codes begin at a multiple of their size, rounded up to a power of two.
        uint slot = BitOperations.RoundUpToPowerOf2(codeBytes);
        uint gap = FusedPartialBytes + Math.Max(slot, SharedAlignment) - SharedAlignment;
        ulong bytes = gap
            + codeBytes
            + (featureCount * words * sizeof(float))
            + (FusedRows * featureCount * sizeof(float))
            + (treeCount * TreeBytes);
        if (NodeBytes != 2 || bytes > sharedBytes)
        {
            return false;
        }

        FusedBytes = (uint)bytes;
        TableWords = featureCount * words;
        Array.Fill(Levels, levels);
        for (uint feature = 0; feature < featureCount; feature++)
        {
            Begins[feature] = feature * words;
        }

        return true;
    }

    private void PlanTables(ReadOnlySpan<uint> featureBegin)
    {
        for (int feature = 0; feature < Levels.Length; feature++)
        {
            uint count = (featureBegin[feature + 1] - featureBegin[feature]) / Step;
            Levels[feature] = 32 - (uint)uint.LeadingZeroCount(count);
            Begins[feature] = TableWords;
            TableWords += Math.Max(WarpWords, 1u << (int)Levels[feature]);
        }
    }

    private bool PlanCodes(uint sharedBytes, uint multiprocessorCount)
    {
        uint featureCount = (uint)Levels.Length;
        foreach (uint rows in (ReadOnlySpan<uint>)[512, 256])
        {
            if (CodeBytes <= 2
                && (2 * rows * featureCount * sizeof(float)) + (TableWords * sizeof(float)) <= sharedBytes)
            {
                BlockRows = rows;
                return true;
            }
        }

        // The samples become columns by tiles in shared memory.
        if (TransposeRows * (featureCount + 1) * sizeof(float) > sharedBytes)
        {
            return false;
        }

        uint maxWords = sharedBytes / sizeof(float);
        List<double> costs = [];
        uint first = 0;
        uint words = 0;
        double cost = 0;
        for (uint feature = 0; feature < featureCount; feature++)
        {
            uint size = Math.Max(WarpWords, 1u << (int)Levels[feature]);
            if (size > maxWords)
            {
                return false;
            }

            if (words + size > maxWords)
            {
                AddGroup(first, feature - first, words);
                costs.Add(cost);
                first = feature;
                words = 0;
                cost = 0;
            }

            words += size;

            // A step costs more where lanes meet in one bank.
            cost += 4 + Levels[feature] + (Levels[feature] > 6 ? 2 * (Levels[feature] - 6) : 0);
        }

        AddGroup(first, featureCount - first, words);
        costs.Add(cost);
        PlanBlocks(costs, multiprocessorCount);
        return true;
    }

    private void AddGroup(uint first, uint count, uint words)
    {
        Groups.Add((first, count, Begins[first], words));
        LargestGroupWords = Math.Max(LargestGroupWords, words);
    }

    /// <summary>Gives each further block to the group whose blocks have most to do.</summary>
    private void PlanBlocks(List<double> costs, uint multiprocessorCount)
    {
        uint[] parts = new uint[costs.Count];
        Array.Fill(parts, 1u);
        for (uint left = multiprocessorCount; left > parts.Length; left--)
        {
            int slowest = 0;
            for (int group = 1; group < parts.Length; group++)
            {
                slowest = costs[group] / parts[group] > costs[slowest] / parts[slowest] ? group : slowest;
            }

            parts[slowest]++;
        }

        for (int group = 0; group < parts.Length; group++)
        {
            for (uint part = 0; part < parts[group]; part++)
            {
                Blocks.Add(((uint)group, part, parts[group]));
            }
        }
    }

    private bool PlanGroups(uint treeCount, uint sharedBytes)
    {
        uint tileBytes = (uint)Levels.Length * PlaneBytes;
        bool isShallow = NodeBytes == 2 && Depth <= 8;
        Buffers = isShallow ? 2u : 1;
        Threads = MaxThreads;

        // Codes take at most half of the memory.
        while (Threads > TileRows && Threads / TileRows * Buffers * tileBytes > sharedBytes / 2)
        {
            Threads /= 2;
        }

        uint codeBytes = Threads / TileRows * Buffers * tileBytes;
        uint most = codeBytes >= sharedBytes ? 0 : (sharedBytes - codeBytes) / (uint)TreeBytes;
        if (most == 0)
        {
            return false;
        }

        GroupCount = (treeCount + most - 1) / most;
        uint even = (treeCount + GroupCount - 1) / GroupCount;
        uint[] choices = NodeBytes == 4 ? [5, 4] : isShallow ? [5] : [8, 5, 4];

        // A rest of trees that do not fill a turn costs a fifth of the speed.
        Interleaved = choices[0];
        GroupTrees = even;
        foreach (uint choice in choices)
        {
            uint rounded = (even + choice - 1) / choice * choice;
            if (rounded <= most)
            {
                Interleaved = choice;
                GroupTrees = rounded;
                break;
            }
        }

        GroupCount = (treeCount + GroupTrees - 1) / GroupTrees;
        SharedBytes = codeBytes + (Math.Min(GroupTrees, treeCount) * (uint)TreeBytes);
        return true;
    }
}
