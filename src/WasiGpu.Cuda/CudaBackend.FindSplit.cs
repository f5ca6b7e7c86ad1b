using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>find-split.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint SplitBlockThreads = 512;

    /// <summary>Samples that a block takes in one turn of its loop.</summary>
    private const uint SplitStep = 2048;

    /// <summary>Blocks of a launch: what 132 multiprocessors hold at once.</summary>
    private const uint SplitMaxBlocks = 528;

    /// <summary>Samples of a launch: about 10 ms of random reads.</summary>
    private const ulong SplitMaxSamples = 1UL << 28;

    /// <summary>More samples than this are read twice, where the matrix is, instead of being kept densely.</summary>
    private const ulong SplitMaxDenseSamples = 1UL << 27;

    /// <summary>Blocks of the one pass, which reads as fast as more of them would.</summary>
    private const uint SplitOnceBlocks = 264;

    /// <summary>Fewer samples than this take two passes: one launch fewer.</summary>
    private const ulong SplitLeastOnceSamples = 1 << 17;

    private const uint SliceThresholds = 2047;
    private const uint SliceSlots = 2048;
    private const uint SplitMaxSlices = 64;

    /// <summary>Samples times slices of a launch.</summary>
    private const ulong SplitMaxSearches = 1UL << 31;

    /// <summary>Bytes of a block's sums of labels.</summary>
    private const uint SplitLabelsBytes = 32;

    private const ulong SplitTicketsOffset = 0;
    private const ulong SplitCountsOffset = SplitMaxSlices * sizeof(uint);
    private const ulong SplitScaleOffset = 2 * SplitCountsOffset;
    private const ulong SplitPartialsOffset = 3 * SplitCountsOffset;

    private static readonly KernelName SplitGather = new("find-split", "findSplitGather");
    private static readonly KernelName SplitScore = new("find-split", "findSplitScore");
    private static readonly KernelName SplitPrepare = new("find-split", "findSplitPrepare");
    private static readonly KernelName SplitOnce = new("find-split", "findSplitOnce");

    /// <inheritdoc/>
    public void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        Check.Valid(KernelRules.Check(parameters, indices, thresholds, outputScores));
        if (parameters.NThresholds == 0)
        {
            Enter();
            return;
        }

        bool isInput = outputScores == data || outputScores == labels || outputScores == indices;
        bool isOnce = IsSplitOnce(parameters);
        SplitPlan plan = isOnce ? PlanSplitOnce(parameters) : PlanSplit(parameters, isInput);
        using KernelScope scope = StartKernel(SplitNanoseconds(plan.LaunchSamples, 1));
        SplitSource source = new(
            Input(data) + (parameters.FeatureIdx * (ulong)sizeof(float)),
            Input(labels),
            Input(indices),
            0,
            SplitRowLimit(parameters, data, labels),
            parameters.NSamples,
            parameters.NFeatures,
            plan.SamplesPerBlock);
        ulong given = Input(thresholds);
        ulong scores = Output(outputScores);
        ulong scratch = Scratch(plan.ScratchBytes);
        source = source with { Dense = plan.DenseBytes == 0 ? 0 : scratch + plan.DenseOffset };
        if (isOnce)
        {
            LaunchSplitOnce(source, plan, scratch, given, scores, parameters.NThresholds);
            return;
        }

        ulong target = plan.ApartBytes == 0 ? scores : scratch + plan.ApartOffset;
        bool isFirst = true;
        for (ulong first = 0; first < parameters.NThresholds; first += plan.GroupThresholds)
        {
            ulong count = Math.Min(plan.GroupThresholds, parameters.NThresholds - first);
            uint slices = (uint)((count + SliceThresholds - 1) / SliceThresholds);
            if (!isFirst)
            {
                ContinueKernel(SplitNanoseconds(plan.LaunchSamples, slices));
            }

            LaunchSplitGather(source, plan, scratch, given + (first * sizeof(float)), count, slices, isFirst);
            LaunchSplitScore(
                source, plan, scratch, scratch + SplitTicketsOffset, 0, target + (first * sizeof(float)), count, slices);
            isFirst = false;
        }

        if (plan.ApartBytes != 0)
        {
            _context.Ok(
                CudaDriver.cuMemcpyDtoDAsync_v2(scores, target, (nuint)plan.ApartBytes, _queue.Stream),
                nameof(CudaDriver.cuMemcpyDtoDAsync_v2));
        }
    }

    /// <summary>The number of rows that have both a label and the feature.</summary>
    private static ulong SplitRowLimit(in FindSplitParams parameters, GpuBuffer data, GpuBuffer labels)
    {
        ulong elements = data.SizeBytes / sizeof(float);
        return elements <= parameters.FeatureIdx
            ? 0
            : Math.Min(
                labels.SizeBytes / sizeof(float),
                ((elements - parameters.FeatureIdx - 1) / parameters.NFeatures) + 1);
    }

    private static long SplitNanoseconds(ulong samples, uint slices)
    {
        return Math.Min(100_000_000, 20_000 + (long)(samples * (1 + slices) / 16));
    }

    /// <summary>Whether one pass over the samples does, in one launch.</summary>
    private bool IsSplitOnce(in FindSplitParams parameters)
    {
        ulong samples = parameters.NSamples;
        bool isPossible = parameters.NThresholds <= SliceThresholds && samples is > 0 and <= SplitMaxSamples;
        return isPossible && _device.SplitForm switch
        {
            SplitForm.Once => true,
            SplitForm.Twice => false,
            _ => samples >= SplitLeastOnceSamples,
        };
    }

    private static SplitPlan PlanSplitOnce(in FindSplitParams parameters)
    {
        ulong samples = parameters.NSamples;
        ulong turns = (samples + (SplitOnceBlocks * SplitStep) - 1) / (SplitOnceBlocks * SplitStep);
        uint samplesPerBlock = (uint)turns * SplitStep;
        uint partials = (uint)((samples + samplesPerBlock - 1) / samplesPerBlock);
        return new SplitPlan(samples, samplesPerBlock, partials, 1, 0, 0);
    }

    private static SplitPlan PlanSplit(in FindSplitParams parameters, bool isInput)
    {
        ulong samples = parameters.NSamples;
        ulong launchSamples = Math.Min(Math.Max(samples, 1), SplitMaxSamples);
        ulong turns = (launchSamples + (SplitMaxBlocks * SplitStep) - 1) / (SplitMaxBlocks * SplitStep);
        uint samplesPerBlock = (uint)turns * SplitStep;
        uint partials = (uint)((Math.Max(samples, 1) + samplesPerBlock - 1) / samplesPerBlock);
        ulong allSlices = ((ulong)parameters.NThresholds + SliceThresholds - 1) / SliceThresholds;
        ulong slices = Math.Min(allSlices, Math.Clamp(SplitMaxSearches / launchSamples, 1, SplitMaxSlices));
        ulong denseBytes = samples <= SplitMaxDenseSamples ? samples * 2 * sizeof(float) : 0;

        // Scores go straight to an input only when no slice reads that input afterwards.
        bool isApart = isInput && denseBytes == 0 && allSlices > 1;
        ulong apartBytes = isApart ? (ulong)parameters.NThresholds * sizeof(float) : 0;
        return new SplitPlan(launchSamples, samplesPerBlock, partials, (uint)slices, denseBytes, apartBytes);
    }

    /// <summary>Prepares, makes the one pass, and lets a second try follow, which does nothing where that was
    /// good.</summary>
    private void LaunchSplitOnce(
        in SplitSource source,
        in SplitPlan plan,
        ulong scratch,
        ulong thresholds,
        ulong scores,
        uint thresholdCount)
    {
        ulong tickets = scratch + SplitTicketsOffset;
        ulong scale = scratch + SplitScaleOffset;
        Launch(SplitPrepare, 2, SplitBlockThreads, Arguments
            .Add(source)
            .Add(thresholds)
            .Add(thresholdCount)
            .Add(scratch + plan.HeapsOffset)
            .Add(scratch + plan.PositionsOffset)
            .Add(scratch + SplitCountsOffset)
            .Add(scratch + plan.BinsOffset)
            .Add(tickets)
            .Add(scale));
        Launch(SplitOnce, plan.Partials, SplitBlockThreads, Arguments
            .Add(source)
            .Add(plan.Partials)
            .Add(scale)
            .Add(scratch + SplitPartialsOffset)
            .Add(scratch + plan.SquaresOffset)
            .Add(tickets)
            .Add(thresholdCount)
            .Add(scratch + plan.HeapsOffset)
            .Add(scratch + plan.PositionsOffset)
            .Add(scratch + SplitCountsOffset)
            .Add(scratch + plan.BinsOffset)
            .Add(scores));
        LaunchSplitScore(
            source, plan, scratch, tickets + sizeof(uint), tickets + (2 * sizeof(uint)), scores, thresholdCount, 1);
    }

    private void LaunchSplitGather(
        in SplitSource source,
        in SplitPlan plan,
        ulong scratch,
        ulong thresholds,
        ulong thresholdCount,
        uint slices,
        bool isFirst)
    {
        uint launchBlocks = plan.LaunchBlocks;
        uint end = isFirst ? plan.Partials : 0;
        uint firstPartial = 0;
        do
        {
            uint blocks = Math.Min(launchBlocks, end - firstPartial);
            uint sortBlocks = firstPartial == 0 ? slices : 0;
            if (firstPartial != 0)
            {
                ContinueKernel(SplitNanoseconds(plan.LaunchSamples, 1));
            }

            Launch(SplitGather, sortBlocks + blocks, SplitBlockThreads, Arguments
                .Add(source)
                .Add((ulong)firstPartial * source.SamplesPerBlock)
                .Add(firstPartial)
                .Add(scratch + SplitPartialsOffset)
                .Add(thresholds)
                .Add(thresholdCount)
                .Add(sortBlocks)
                .Add(scratch + plan.HeapsOffset)
                .Add(scratch + plan.PositionsOffset)
                .Add(scratch + SplitCountsOffset)
                .Add(scratch + plan.BinsOffset)
                .Add(scratch + SplitTicketsOffset));
            firstPartial += blocks;
        }
        while (firstPartial < end);
    }

    private void LaunchSplitScore(
        in SplitSource source,
        in SplitPlan plan,
        ulong scratch,
        ulong tickets,
        ulong isDone,
        ulong scores,
        ulong thresholdCount,
        uint slices)
    {
        for (uint firstPartial = 0; firstPartial < plan.Partials; firstPartial += plan.LaunchBlocks)
        {
            uint blocks = Math.Min(plan.LaunchBlocks, plan.Partials - firstPartial);
            if (firstPartial != 0)
            {
                ContinueKernel(SplitNanoseconds(plan.LaunchSamples, slices));
            }

            Launch(SplitScore, slices * blocks, SplitBlockThreads, Arguments
                .Add(source)
                .Add((ulong)firstPartial * source.SamplesPerBlock)
                .Add(blocks)
                .Add(firstPartial)
                .Add(plan.Partials)
                .Add(scratch + plan.SquaresOffset)
                .Add(scratch + SplitPartialsOffset)
                .Add(tickets)
                .Add(thresholdCount)
                .Add(scratch + plan.HeapsOffset)
                .Add(scratch + plan.PositionsOffset)
                .Add(scratch + SplitCountsOffset)
                .Add(scratch + plan.BinsOffset)
                .Add(isDone)
                .Add(scores));
        }
    }

    /// <summary>How a call is cut, and where its parts are in the working memory.</summary>
    private readonly record struct SplitPlan(
        ulong LaunchSamples,
        uint SamplesPerBlock,
        uint Partials,
        uint Slices,
        ulong DenseBytes,
        ulong ApartBytes)
    {
        internal uint LaunchBlocks =>
            (uint)((LaunchSamples + SamplesPerBlock - 1) / SamplesPerBlock);

        internal ulong GroupThresholds => (ulong)Slices * SliceThresholds;

        internal ulong SquaresOffset => SplitPartialsOffset + ((ulong)Partials * SplitLabelsBytes);

        internal ulong BinsOffset => SquaresOffset + ((ulong)Slices * Partials * sizeof(double));

        internal ulong HeapsOffset => BinsOffset + ((ulong)Slices * SliceSlots * 2 * sizeof(ulong));

        internal ulong PositionsOffset => HeapsOffset + ((ulong)Slices * SliceSlots * sizeof(float));

        internal ulong DenseOffset => PositionsOffset + ((ulong)Slices * SliceSlots * sizeof(uint));

        internal ulong ApartOffset => DenseOffset + DenseBytes;

        internal ulong ScratchBytes => ApartOffset + ApartBytes;
    }
}
