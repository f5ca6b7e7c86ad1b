using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>
/// Forests are checked and compiled on the device when they are first used, which waits, and kept for later calls.
/// </content>
internal sealed unsafe partial class CudaBackend
{
    private const int MaxForests = 4;
    private const uint MailboxBytes = 1 << 16;
    private const uint CompileThreads = 256;
    private const uint MaxSumThreads = 1024;

    /// <summary>A compact node has a byte for the feature, of which one value marks leaves.</summary>
    private const uint MaxForestFeatures = 255;

    /// <summary>Beyond that the working memory is out of proportion.</summary>
    private const ulong MaxForestNodes = 1 << 26;

    /// <summary>Levels visited before the first look at what was found; most forests end there.</summary>
    private const uint FirstLevels = PerfectPlan.MaxDepth + 1;

    /// <summary>Deeper trees are walked with every check.</summary>
    private const uint MaxForestLevels = 96;

    private const uint PairNodeBytes = 8;

    /// <summary>Keys of a tile; sorting has at most 1024 tiles.</summary>
    private const ulong LeastTileKeys = 4096;
    private const ulong MaxTiles = 1024;
    private const uint Digits = 256;

    /// <summary>Forms that fill trees up may be so much larger than the guest's nodes.</summary>
    private const ulong MostGrowth = 4;
    private const ulong AlwaysAllowedBytes = 16 << 20;

    /// <summary>Units have numbers of 24 bits.</summary>
    private const ulong MaxDeepUnits = (1 << 24) - 1;
    private const ulong DeepPlaceBytes = 64;

    private static readonly KernelName ForestRoots = new("forest-compile", "forestRoots");
    private static readonly KernelName ForestLevel = new("forest-compile", "forestLevel");
    private static readonly KernelName ForestUnit = new("forest-compile", "forestUnit");
    private static readonly KernelName ForestRound = new("forest-compile", "forestRound");
    private static readonly KernelName ForestJudge = new("forest-compile", "forestJudge");
    private static readonly KernelName SortCount = new("forest-compile", "sortCount");
    private static readonly KernelName ScanCounts = new("forest-compile", "scanCounts");
    private static readonly KernelName SortMove = new("forest-compile", "sortMove");
    private static readonly KernelName DistinctCount = new("forest-compile", "distinctCount");
    private static readonly KernelName DistinctWrite = new("forest-compile", "distinctWrite");
    private static readonly KernelName FeatureRanges = new("forest-compile", "featureRanges");
    private static readonly KernelName LayoutTables = new("forest-compile", "layoutTables");
    private static readonly KernelName LayoutPerfect = new("forest-compile", "layoutPerfect");
    private static readonly KernelName LayoutQuads = new("forest-compile", "layoutQuads");
    private static readonly KernelName LayoutTops = new("forest-compile", "layoutTops");
    private static readonly KernelName NextBlocks = new("forest-compile", "nextBlocks");
    private static readonly KernelName LayoutBlocks = new("forest-compile", "layoutBlocks");
    private static readonly KernelName FillWords = new("forest-compile", "fillWords");

    private readonly List<CompiledForest> _forests = [];
    private byte* _mailbox;

    /// <summary>Finds what was made of a forest, or makes it now.</summary>
    private CompiledForest FindForest(in BatchPredictParams parameters, CudaBuffer nodes, CudaBuffer offsets)
    {
        for (int i = 0; i < _forests.Count; i++)
        {
            CompiledForest known = _forests[i];
            if (!known.Matches(parameters, nodes, offsets))
            {
                continue;
            }

            if (known.Block is null)
            {
                return known;
            }

            if (known.TryUse())
            {
                known.EndUse();
                return known;
            }

            ForgetForest(i);
            break;
        }

        ulong nodeCount = nodes.SizeBytes / TreeNode.SizeBytes;
        bool mayCompile = parameters.NFeatures is > 0 and <= MaxForestFeatures
            && nodeCount <= MaxForestNodes
            && parameters.NTrees <= nodeCount;
        if (!mayCompile)
        {
            return CompiledForest.None;
        }

        CompiledForest forest = new(parameters, nodes, offsets);
        try
        {
            CompileForest(parameters, nodeCount, nodes, offsets, forest);
        }
        catch (GpuException e) when (e.Error.Kind == GpuErrorKind.OutOfMemory)
        {
            // The walk with every check needs no memory; the next call may find some.
            return forest;
        }

        if (_forests.Count == MaxForests)
        {
            ForgetForest(0);
        }

        _forests.Add(forest);
        return forest;
    }

    /// <summary>Frees what was made from a buffer.</summary>
    private void ForgetForestsOf(CudaBuffer buffer)
    {
        for (int i = _forests.Count - 1; i >= 0; i--)
        {
            if (_forests[i].IsOf(buffer))
            {
                ForgetForest(i);
            }
        }
    }

    /// <summary>Frees all forests, and the memory by which they are made.</summary>
    private void FreeForests()
    {
        while (_forests.Count > 0)
        {
            ForgetForest(_forests.Count - 1);
        }

        if (_mailbox != null && _context.TryMakeCurrent())
        {
            _ = CudaDriver.cuMemFreeHost(_mailbox);
        }

        _mailbox = null;
    }

    private void ForgetForest(int index)
    {
        if (_forests[index].Block is { } block)
        {
            _device.DeviceMemory.Free(block);
        }

        _forests.RemoveAt(index);
    }

    private void CompileForest(
        in BatchPredictParams parameters,
        ulong nodeCount,
        CudaBuffer nodes,
        CudaBuffer offsets,
        CompiledForest forest)
    {
        using KernelScope scope = StartKernel(ForestNanoseconds(nodeCount));
        ForestInput input = new(
            Input(nodes),
            Input(offsets),
            nodeCount,
            Math.Min(parameters.MaxDepth, nodeCount),
            parameters.NFeatures,
            parameters.NTrees);
        ForestMemory memory = new(nodeCount, input.TreeCount, input.FeatureCount);
        memory.Start = Scratch(memory.SizeBytes);
        ForestSlots slots = memory.Slots;
        ForestState state = VisitForest(input, memory);
        if (state.Flags.HasFlag(ForestFlags.Unsound)
            || state.Flags.HasFlag(ForestFlags.HasInfinity)
            || state.LevelBegin != state.LevelEnd)
        {
            return;
        }

        uint slotBlocks = SlotBlocks(state.LevelEnd);
        uint sumThreads = SumThreadsOf(input.TreeCount);
        Launch(ForestUnit, 1, sumThreads, Arguments.Add(input).Add(slots));
        Launch(ForestRound, slotBlocks, CompileThreads, Arguments.Add(input).Add(slots));
        Launch(ForestJudge, 1, sumThreads, Arguments.Add(input).Add(slots));
        RankThresholds(input, memory, state.InnerCount);
        state = Fetch<ForestState>(slots.State);
        if (state.Flags.HasFlag(ForestFlags.Inexact))
        {
            return;
        }

        forest.Rounding = state.Rounding;
        uint[] featureBegin = new uint[input.FeatureCount + 1];
        Fetch(memory.FeatureBegin, MemoryMarshal.AsBytes(featureBegin.AsSpan()));
        LayOut(input, memory, state, featureBegin, forest);

        // What was uploaded is read from the mailbox until here.
        _ = Fetch<ForestState>(slots.State);
    }

    /// <summary>Visits all nodes, level by level.</summary>
    private ForestState VisitForest(in ForestInput input, in ForestMemory memory)
    {
        ForestSlots slots = memory.Slots;
        Clear(slots.State, ForestState.SizeBytes, 0);
        Clear(slots.Marks, memory.MarkBytes, 0);
        Launch(ForestRoots, Blocks(memory.RootSlots), CompileThreads, Arguments.Add(input).Add(slots));
        ForestState state = default;
        uint level = 0;
        foreach (uint end in (ReadOnlySpan<uint>)[FirstLevels, MaxForestLevels])
        {
            for (; level < end; level++)
            {
                ulong most = level < 32 ? (ulong)input.TreeCount << (int)level : ulong.MaxValue;
                uint blocks = SlotBlocks(Math.Min(most, memory.Capacity));
                Launch(ForestLevel, blocks, CompileThreads, Arguments.Add(input).Add(slots).Add(level));
            }

            state = Fetch<ForestState>(slots.State);
            if (state.Flags.HasFlag(ForestFlags.Unsound) || state.LevelBegin == state.LevelEnd)
            {
                break;
            }

            ContinueKernel(ForestNanoseconds(input.NodeCount));
        }

        return state;
    }

    /// <summary>Sorts the thresholds of all nodes and finds the distinct ones of each feature.</summary>
    private void RankThresholds(in ForestInput input, in ForestMemory memory, uint keyCount)
    {
        Clear(memory.FeatureBegin, (input.FeatureCount + 1) * sizeof(uint), 0xFF);
        ulong total = memory.Slots.State + ForestState.DistinctOffset;
        if (keyCount > 0)
        {
            ulong least = Math.Max(LeastTileKeys, (keyCount + MaxTiles - 1) / MaxTiles);
            uint tileKeys = (uint)((least + CompileThreads - 1) / CompileThreads * CompileThreads);
            uint tiles = (keyCount + tileKeys - 1) / tileKeys;
            int bits = 32 + (32 - (int)uint.LeadingZeroCount(input.FeatureCount - 1));
            ulong from = memory.Slots.Keys;
            ulong to = memory.OtherKeys;
            for (uint shift = 0; shift < bits; shift += 8)
            {
                Launch(SortCount, tiles, CompileThreads, Arguments
                    .Add(from).Add((ulong)keyCount).Add(shift).Add(tileKeys).Add(memory.Counts));
                Launch(ScanCounts, 1, SumThreadsOf(tiles * Digits), Arguments
                    .Add(memory.Counts).Add((ulong)tiles * Digits).Add(0UL));
                Launch(SortMove, tiles, CompileThreads, Arguments
                    .Add(from).Add((ulong)keyCount).Add(shift).Add(tileKeys).Add(memory.Counts).Add(to));
                (from, to) = (to, from);
            }

            Launch(DistinctCount, tiles, CompileThreads, Arguments
                .Add(from).Add((ulong)keyCount).Add(tileKeys).Add(memory.Counts));
            Launch(ScanCounts, 1, SumThreadsOf(tiles), Arguments.Add(memory.Counts).Add((ulong)tiles).Add(total));
            Launch(DistinctWrite, tiles, CompileThreads, Arguments
                .Add(from)
                .Add((ulong)keyCount)
                .Add(tileKeys)
                .Add(memory.Counts)
                .Add(memory.Thresholds)
                .Add(memory.FeatureBegin));
        }

        Launch(FeatureRanges, 1, 1, Arguments
            .Add(input.FeatureCount).Add(memory.Slots.State).Add(memory.FeatureBegin));
    }

    /// <summary>Writes the forms that suit the forest into memory of their own.</summary>
    private void LayOut(
        in ForestInput input,
        in ForestMemory memory,
        in ForestState state,
        uint[] featureBegin,
        CompiledForest forest)
    {
        ulong mostBytes = Math.Max(AlwaysAllowedBytes, MostGrowth * input.NodeCount * TreeNode.SizeBytes);
        uint quadLevels = (state.Depth + 1) / 2;
        ulong recordBytes = input.TreeCount * QuadForm.RecordBytes(quadLevels);
        ulong leafBytes = input.TreeCount * QuadForm.LeafBytes(quadLevels);
        bool hasQuads = state.Depth <= PerfectPlan.MaxDepth && recordBytes + leafBytes <= mostBytes;
        PerfectPlan? perfect = PerfectPlan.Make(
            featureBegin,
            input.TreeCount,
            state.Depth,
            state.Flags.HasFlag(ForestFlags.HasNan),
            _device.MaxSharedBytesPerBlock,
            (uint)_device.MultiprocessorCount);
        perfect = perfect is null || input.TreeCount * perfect.TreeBytes > mostBytes ? null : perfect;
        ulong unitCount = 0;
        if (perfect is null || _device.ForestForm == ForestForm.Deep)
        {
            PerfectPlan? deep = PlanDeep(input, state, featureBegin, mostBytes, out unitCount);
            perfect = deep ?? perfect;
        }

        FormMemory form = new(
            hasQuads && _device.ForestForm != ForestForm.Pairs ? 0 : state.LevelEnd * (ulong)PairNodeBytes,
            hasQuads ? recordBytes : 0,
            hasQuads ? leafBytes : 0,
            perfect,
            input)
        {
            UnitCount = unitCount,
            ThresholdBytes = unitCount == 0 ? 0 : state.DistinctCount * (ulong)sizeof(float),
            FeatureBytes = unitCount == 0 ? 0 : (input.FeatureCount + 1) * (ulong)sizeof(uint),
            SpreadBytes = hasQuads ? QuadForm.SpreadBytes : 0,
        };
        DroppableBlock block = _device.DeviceMemory.AllocateDroppable(form.SizeBytes, _queue);
        forest.Block = block;
        try
        {
            form.Start = block.Pointer;
            if (form.PairBytes != 0)
            {
                CopyApart(memory.Slots.Compact, form.Pairs, form.PairBytes);
                forest.Pairs = form.Pairs;
            }

            uint slotBlocks = SlotBlocks(state.LevelEnd);
            if (hasQuads)
            {
                Clear(form.Records, form.Leaves + leafBytes - form.Records, 0xFF);
                Clear(form.Spread, QuadForm.SpreadBytes, 0);
                Launch(LayoutQuads, slotBlocks, CompileThreads, Arguments
                    .Add(memory.Slots)
                    .Add(input.TreeCount)
                    .Add(quadLevels)
                    .Add(form.Records)
                    .Add(form.Leaves));
                forest.Quads = new QuadForm(form.Records, form.Leaves, quadLevels, form.Spread);
            }

            if (perfect is not null)
            {
                if (perfect.IsDeep)
                {
                    LayOutDeep(input, memory, form, perfect, state.Depth);
                }
                else
                {
                    LayOutPerfect(input, memory, form, perfect, slotBlocks);
                }

                LayOutTables(input, memory, form, perfect);
                bool isWhole = !perfect.IsDeep
                    || !Fetch<ForestState>(memory.Slots.State).Flags.HasFlag(ForestFlags.Unsound);
                forest.Perfect = isWhole ? perfect : null;
            }
        }
        finally
        {
            forest.EndUse();
        }
    }

    private void LayOutPerfect(
        in ForestInput input,
        in ForestMemory memory,
        in FormMemory form,
        PerfectPlan plan,
        uint slotBlocks)
    {
        // Nodes that always go left.
        uint pad = plan.NodeBytes == 2 ? 0x00FF_00FFu : 0x7FFF_0000;
        ulong words = input.TreeCount * plan.TreeBytes / sizeof(uint);
        Launch(FillWords, SlotBlocks(words), CompileThreads, Arguments.Add(form.Trees).Add(words).Add(pad));
        Launch(LayoutPerfect, slotBlocks, CompileThreads, Arguments
            .Add(memory.Slots)
            .Add(input.TreeCount)
            .Add(memory.Thresholds)
            .Add(memory.FeatureBegin)
            .Add(new PerfectForm(form.Trees, plan.Depth, plan.NodeBytes, (uint)plan.TreeBytes)));
    }

    /// <summary>Plans the deep form, where it has a place for every node.</summary>
    private PerfectPlan? PlanDeep(
        in ForestInput input,
        in ForestState state,
        uint[] featureBegin,
        ulong mostBytes,
        out ulong unitCount)
    {
        PerfectPlan? plan = PerfectPlan.MakeDeep(
            featureBegin,
            input.TreeCount,
            state.Depth,
            _device.MaxSharedBytesPerBlock,
            (uint)_device.MultiprocessorCount);

        // One for each place below a top and for its leaf, and fewer than one a node below; more are rare, and then the
        // form is not used.
        ulong places = plan is null ? 0 : (ulong)input.TreeCount << (int)plan.Depth;
        unitCount = Math.Min((2 * places) + state.InnerCount, MaxDeepUnits);
        if (plan is null || places >= MaxDeepUnits || places * DeepPlaceBytes > mostBytes)
        {
            unitCount = 0;
            return null;
        }

        return plan;
    }

    private void LayOutDeep(
        in ForestInput input,
        in ForestMemory memory,
        in FormMemory form,
        PerfectPlan plan,
        uint depth)
    {
        const uint Pad = 0x7FFF_FF00;
        ulong state = memory.Slots.State;
        ulong words = input.TreeCount * plan.TreeBytes / sizeof(uint);
        uint places = input.TreeCount << (int)plan.Depth;
        uint blocks = SlotBlocks(memory.Capacity);
        DeepForm deep = new(
            form.Trees,
            form.Units,
            memory.Slots.Keys,
            plan.Depth,
            (uint)form.UnitCount,
            memory.QueueCapacity,
            input.TreeCount);
        Launch(FillWords, SlotBlocks(words), CompileThreads, Arguments.Add(form.Trees).Add(words).Add(Pad));
        Launch(FillWords, 1, CompileThreads, Arguments
            .Add(state + ForestState.BlockUnitsOffset).Add(1UL).Add(places));
        Launch(LayoutTops, blocks, CompileThreads, Arguments
            .Add(memory.Slots).Add(memory.Thresholds).Add(memory.FeatureBegin).Add(deep));
        for (uint level = plan.Depth; level < depth; level += 3)
        {
            Launch(NextBlocks, 1, 1, Arguments.Add(state).Add(level == plan.Depth ? 1u : 0));
            Launch(LayoutBlocks, blocks, CompileThreads, Arguments
                .Add(memory.Slots).Add(memory.Thresholds).Add(memory.FeatureBegin).Add(deep));
        }

        plan.Units = form.Units;
    }

    /// <summary>Writes what samples are made codes by.</summary>
    private void LayOutTables(in ForestInput input, in ForestMemory memory, in FormMemory form, PerfectPlan plan)
    {
        // Lists: begins, levels, groups, blocks.
        int featureCount = plan.Levels.Length;
        uint[] lists = new uint[form.ListBytes / sizeof(uint)];
        plan.Begins.CopyTo(lists, 0);
        plan.Levels.CopyTo(lists, featureCount);
        int at = (int)(form.GroupList - form.Lists) / sizeof(uint);
        foreach ((uint first, uint count, uint begin, uint groupWords) in plan.Groups)
        {
            new uint[] { first, count, begin, groupWords }.CopyTo(lists, at);
            at += 4;
        }

        at = (int)(form.BlockList - form.Lists) / sizeof(uint);
        foreach ((uint group, uint part, uint parts) in plan.Blocks)
        {
            new uint[] { group, part, parts, 0 }.CopyTo(lists, at);
            at += 4;
        }

        Upload(MemoryMarshal.AsBytes(lists.AsSpan()), form.Lists);
        ulong levels = form.Lists + ((ulong)featureCount * sizeof(uint));
        const uint BlocksPerFeature = 4;
        Launch(LayoutTables, input.FeatureCount * BlocksPerFeature, CompileThreads, Arguments
            .Add(memory.Thresholds)
            .Add(memory.FeatureBegin)
            .Add(input.FeatureCount)
            .Add(form.Lists)
            .Add(levels)
            .Add(plan.Step)
            .Add(form.Tables));
        if (plan.IsDeep)
        {
            CopyApart(memory.Thresholds, form.Thresholds, form.ThresholdBytes);
            CopyApart(memory.FeatureBegin, form.FeatureBegin, (input.FeatureCount + 1) * (ulong)sizeof(uint));
        }

        plan.Trees = form.Trees;
        plan.GroupList = form.GroupList;
        plan.BlockList = form.BlockList;
        plan.Tables = new CodeTables(
            form.Tables,
            form.Lists,
            levels,
            form.Thresholds,
            form.FeatureBegin,
            plan.Step,
            input.FeatureCount);
    }

    private static long ForestNanoseconds(ulong nodeCount)
    {
        return Math.Min(100_000_000, 200_000 + (long)(nodeCount * 4));
    }

    /// <summary>Threads of a single block that adds numbers: a power of two.</summary>
    private static uint SumThreadsOf(uint count)
    {
        return Math.Clamp(BitOperations.RoundUpToPowerOf2(Math.Min(count, MaxSumThreads)), 32, MaxSumThreads);
    }

    private static uint Blocks(ulong threads) => (uint)((threads + CompileThreads - 1) / CompileThreads);

    private uint SlotBlocks(ulong slots)
    {
        return Math.Max(1, Math.Min(Blocks(Math.Min(slots, uint.MaxValue)), (uint)_device.MultiprocessorCount * 8));
    }

    /// <summary>Waits for the kernels launched so far and reads what they wrote.</summary>
    private T Fetch<T>(ulong pointer)
        where T : unmanaged
    {
        Unsafe.SkipInit(out T value);
        Fetch(pointer, new Span<byte>(&value, sizeof(T)));
        return value;
    }

    private void Fetch(ulong pointer, Span<byte> target)
    {
        byte* mailbox = Mailbox(target.Length);
        _context.Ok(CudaDriver.cuMemcpyDtoHAsync_v2(mailbox, pointer, (nuint)target.Length, _queue.Stream));
        _queue.End();
        _queue.Wait(_queue.Issued);
        _queue.Begin(isKernel: true, 0);
        new ReadOnlySpan<byte>(mailbox, target.Length).CopyTo(target);
    }

    /// <summary>Copies to the device; a <see cref="Fetch{T}"/> follows before the next use of the mailbox.</summary>
    private void Upload(ReadOnlySpan<byte> source, ulong pointer)
    {
        byte* mailbox = Mailbox(source.Length);
        source.CopyTo(new Span<byte>(mailbox, source.Length));
        _context.Ok(CudaDriver.cuMemcpyHtoDAsync_v2(pointer, mailbox, (nuint)source.Length, _queue.Stream));
    }

    private byte* Mailbox(int sizeBytes)
    {
        Check.That(sizeBytes <= MailboxBytes);
        if (_mailbox == null)
        {
            void* mailbox;
            _context.Ok(CudaDriver.cuMemHostAlloc(&mailbox, MailboxBytes, 0));
            _mailbox = (byte*)mailbox;
        }

        return _mailbox;
    }
}
