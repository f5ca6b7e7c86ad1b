using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>batch-predict: the choice of the form, and the walk with every check.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint WalkBlockThreads = 256;
    private const uint MaxWalkWidth = 32;
    private const uint WalkStateBytes = 40;

    /// <summary>Moves of a lane that one launch may take: tens of milliseconds of dependent reads.</summary>
    private const ulong MaxLaneMoves = 1 << 16;

    /// <summary>Moves of all lanes that one launch may take.</summary>
    private const ulong MaxLaunchMoves = 1UL << 30;

    /// <summary>Lanes whose walks go on in a later launch.</summary>
    private const ulong MaxStateLanes = 1 << 17;

    private static readonly KernelName PredictChecked = new("batch-predict", "predictChecked");

    /// <inheritdoc/>
    public void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, samples, treeOffsets, output));
        Enter();
        if (parameters.BatchSize == 0 || parameters.NTrees == 0)
        {
            return;
        }

        CompiledForest forest = FindForest(parameters, Own(treeNodes), Own(treeOffsets));
        bool isApart = output == samples || output == treeNodes || output == treeOffsets;
        if (!isApart && _device.ForestForm != ForestForm.Checked && forest.TryUse())
        {
            try
            {
                PredictCompiled(parameters, forest, samples, output);
                return;
            }
            finally
            {
                forest.EndUse();
            }
        }

        using KernelScope scope = StartKernel(0);
        WalkInput input = new(
            Input(samples),
            Input(treeNodes),
            Input(treeOffsets),
            treeNodes.SizeBytes / TreeNode.SizeBytes,
            Math.Min(parameters.MaxDepth, treeNodes.SizeBytes / TreeNode.SizeBytes),
            forest.Rounding,
            parameters.NFeatures,
            parameters.NTrees);
        WalkChecked(input, parameters.BatchSize, Output(output), isApart);
    }

    /// <summary>Walks the 16-byte nodes.</summary>
    /// <param name="input">The operands.</param>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="output">Where the means go.</param>
    /// <param name="isApart">Whether the output is an operand, so that the means are put aside first.</param>
    private void WalkChecked(in WalkInput input, ulong rowCount, ulong output, bool isApart)
    {
        uint width = 1;
        while (width < MaxWalkWidth && width < input.TreeCount)
        {
            width *= 2;
        }

        // Below 2^32 * 2^27 and no more.
        ulong turns = ((ulong)input.TreeCount + width - 1) / width;
        UInt128 laneMoves = (UInt128)turns * (input.MaxMoves + 1);
        ulong apartBytes = isApart ? rowCount * sizeof(float) : 0;
        if (laneMoves <= MaxLaneMoves)
        {
            ulong target = isApart ? Scratch(apartBytes) : output;
            ulong rowMoves = (ulong)laneMoves * width;
            ulong launchRows = Math.Clamp(MaxLaunchMoves / rowMoves, 1, uint.MaxValue / MaxWalkWidth);
            for (ulong first = 0; first < rowCount; first += launchRows)
            {
                ulong rows = Math.Min(launchRows, rowCount - first);
                ContinueKernel(WalkNanoseconds(rows * rowMoves, (ulong)laneMoves));
                LaunchWalk(input, first, rows, width, uint.MaxValue, 0, false, 0, target);
            }

            if (isApart)
            {
                CopyApart(target, output, apartBytes);
            }

            return;
        }

        WalkInTurns(input, rowCount, width, output, apartBytes);
    }

    /// <summary>
    /// Walks that may take long, for as many moves as a launch may make, again and again until all rows are done: how
    /// often is known only afterwards, so this waits.
    /// </summary>
    private void WalkInTurns(in WalkInput input, ulong rowCount, uint width, ulong output, ulong apartBytes)
    {
        ulong tileRows = Math.Min(rowCount, MaxStateLanes / width);
        ulong stateBytes = (tileRows * width * WalkStateBytes) + 256;
        ulong open = Scratch(stateBytes + apartBytes);
        ulong states = open + 256;
        ulong target = apartBytes == 0 ? output : open + stateBytes;
        uint moves = (uint)Math.Clamp(MaxLaunchMoves / (tileRows * width), MaxLaneMoves / 8, MaxLaneMoves);
        for (ulong first = 0; first < rowCount; first += tileRows)
        {
            ulong rows = Math.Min(tileRows, rowCount - first);
            bool isResumed = false;
            do
            {
                ContinueKernel(WalkNanoseconds(rows * width * moves, moves));
                Clear(open, sizeof(uint), 0);
                LaunchWalk(input, first, rows, width, moves, states, isResumed, open, target);
                isResumed = true;
            }
            while (Fetch<uint>(open) != 0);
        }

        if (apartBytes != 0)
        {
            CopyApart(target, output, apartBytes);
        }
    }

    private void LaunchWalk(
        in WalkInput input,
        ulong firstRow,
        ulong rows,
        uint width,
        uint moveLimit,
        ulong states,
        bool isResumed,
        ulong open,
        ulong target)
    {
        uint blocks = (uint)(((rows * width) + WalkBlockThreads - 1) / WalkBlockThreads);
        Launch(PredictChecked, blocks, WalkBlockThreads, Arguments
            .Add(input)
            .Add(firstRow)
            .Add(rows)
            .Add(width)
            .Add(moveLimit)
            .Add(states)
            .Add(isResumed ? 1u : 0u)
            .Add(open)
            .Add(target));
    }

    private static long WalkNanoseconds(ulong moves, ulong laneMoves)
    {
        return (long)Math.Min(100_000_000, 5_000 + (moves / 16) + laneMoves);
    }

    private void Clear(ulong pointer, ulong sizeBytes, byte value)
    {
        _context.Ok(CudaDriver.cuMemsetD8Async(pointer, value, (nuint)sizeBytes, _queue.Stream));
    }
}
