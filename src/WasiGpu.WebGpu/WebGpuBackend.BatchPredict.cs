using System.Numerics;

namespace WasiGpu.WebGpu;

/// <content>batch-predict.</content>
internal sealed unsafe partial class WebGpuBackend
{
    private const uint PredictGroupSize = 64;

    /// <summary>The most nodes that a thread looks at in one dispatch: each may be a wait for
    /// memory.</summary>
    private const uint PredictThreadNodes = 1 << 15;

    /// <summary>Rows that walk together where walks may need several dispatches.</summary>
    private const uint PredictLongRows = 1 << 16;

    private const uint PredictStateBytes = 24;

    /// <summary>Bindings that show the tree nodes, one part behind the other.</summary>
    private const int NodePartCount = 4;

    /// <summary>Nodes that the device looks at in a millisecond, at least.</summary>
    private double NodesPerMs => IsSoftware ? 2e4 : IsDiscrete ? 2e7 : 2e6;

    /// <summary>Nodes of a part are 2 to this power: as many as one binding can show.</summary>
    private uint NodePartLevels => (uint)BitOperations.Log2(MaxBindingBytes / TreeNode.SizeBytes);

    private (string Name, double Value)[] PredictConstants =>
        [("group_size", PredictGroupSize), ("part_levels", NodePartLevels)];

    /// <inheritdoc/>
    public void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, samples, treeOffsets, output));
        StartKernel();
        if (parameters.BatchSize == 0 || parameters.NTrees == 0)
        {
            return;
        }

        ulong nodeBytes = treeNodes.SizeBytes / TreeNode.SizeBytes * TreeNode.SizeBytes;
        ulong viewBytes = MaxViewElements * FloatBytes;
        ThrowIfTooLarge("tree-nodes", nodeBytes, (ulong)NodePartCount * TreeNode.SizeBytes << (int)NodePartLevels);
        ThrowIfTooLarge("tree-offsets", (ulong)parameters.NTrees * FloatBytes, viewBytes);
        ThrowIfTooLarge("a row of samples", (ulong)parameters.NFeatures * FloatBytes, viewBytes);
        PredictInputs inputs = new(
            parameters,
            Own(samples).Memory,
            NodePartsOf(Own(treeNodes).Memory, nodeBytes),
            Start(Own(treeOffsets).Memory, (ulong)parameters.NTrees * FloatBytes),
            nodeBytes);
        DeviceBuffer target = OwnToWrite(output).Memory;
        if (output != samples && output != treeNodes && output != treeOffsets)
        {
            PredictRows(inputs, FindForest(parameters, treeNodes, treeOffsets, inputs), target);
            return;
        }

        ulong outputBytes = (ulong)parameters.BatchSize * FloatBytes;
        using ScratchLoan apart = RentScratch(outputBytes);
        PredictRows(inputs, FindForest(parameters, treeNodes, treeOffsets, inputs), apart.Buffer);
        CopyBuffer(new BufferView(apart.Buffer, 0, outputBytes), new BufferView(target, 0, outputBytes));
        ForgetForestsOf(Own(output));
    }

    private void PredictRows(PredictInputs inputs, Forest? forest, DeviceBuffer target)
    {
        if (forest is { Perfect: not null })
        {
            _walkedForest = forest;
            try
            {
                if (CodedFormOf(forest, inputs) is not { } coded || !TryPredictCodes(inputs, coded, target))
                {
                    PredictPerfect(inputs, forest.Perfect, target);
                }
            }
            finally
            {
                _walkedForest = null;
            }

            return;
        }

        ulong most = MaxViewElements / Math.Max(inputs.FeatureCount, 1);
        double rowNodes = inputs.MostRowNodes;
        double dispatchNodes = NodesPerMs * DispatchMs;
        bool isShort = rowNodes <= Math.Min(PredictThreadNodes, dispatchNodes / PredictGroupSize);
        ulong pieceRows = isShort
            ? (ulong)(dispatchNodes / rowNodes) / PredictGroupSize * PredictGroupSize
            : IsSoftware ? PredictGroupSize * 4 : PredictLongRows;
        pieceRows = Math.Min(Math.Min(pieceRows, MaxViewElements), Math.Max(most, 1));
        for (ulong row = 0; row < inputs.RowCount; row += pieceRows)
        {
            uint rows = (uint)Math.Min(pieceRows, inputs.RowCount - row);
            if (isShort)
            {
                PredictAtOnce(inputs, target, row, rows);
            }
            else
            {
                PredictInSteps(inputs, target, row, rows);
            }
        }
    }

    private void PredictAtOnce(PredictInputs inputs, DeviceBuffer target, ulong row, uint rows)
    {
        KernelPipeline pipeline =
            Pipeline("BatchPredict.wgsl", "predict", PredictConstants, "wrrrrrr");
        BufferView samples = inputs.SamplesOf(row, rows, Elements, out uint sampleStart);
        BufferView results = Elements(target, row, rows, out uint outputStart);
        (uint x, uint y) = Grid(Divide(rows, PredictGroupSize));
        Dispatch(
            pipeline,
            inputs.Words(rows, sampleStart, outputStart, budget: 0, isStart: true, x),
            [results, samples, .. inputs.NodeParts, inputs.Offsets],
            x,
            y,
            rows * inputs.MostRowNodes / NodesPerMs);
    }

    /// <summary>Walks that may be long: some nodes of each row a dispatch, until no row is left. Only the
    /// device knows when that is, so the call waits for it.</summary>
    private void PredictInSteps(PredictInputs inputs, DeviceBuffer target, ulong row, uint rows)
    {
        KernelPipeline pipeline =
            Pipeline("BatchPredict.wgsl", "advance", PredictConstants, "wrrrrrrw");
        ulong stateBytes = FloatBytes + ((ulong)rows * PredictStateBytes);
        using ScratchLoan state = RentScratch(stateBytes);
        BufferView samples = inputs.SamplesOf(row, rows, Elements, out uint sampleStart);
        BufferView results = Elements(target, row, rows, out uint outputStart);
        (uint x, uint y) = Grid(Divide(rows, PredictGroupSize));
        double threadNodes = Math.Clamp(NodesPerMs * DispatchMs / rows, 256, PredictThreadNodes);
        uint budget = (uint)threadNodes;
        uint unfinished = rows;
        for (bool isStart = true; unfinished != 0; isStart = false)
        {
            ClearBuffer(new BufferView(state.Buffer, 0, FloatBytes));
            Dispatch(
                pipeline,
                inputs.Words(rows, sampleStart, outputStart, budget, isStart, x),
                [results, samples, .. inputs.NodeParts, inputs.Offsets, Start(state.Buffer, stateBytes)],
                x,
                y,
                rows * threadNodes / NodesPerMs);
            ReadBytes(state.Buffer, 0, (byte*)&unfinished, FloatBytes);
        }
    }

    private BufferView[] NodePartsOf(DeviceBuffer nodes, ulong sizeBytes)
    {
        ulong partBytes = (ulong)TreeNode.SizeBytes << (int)NodePartLevels;
        BufferView[] parts = new BufferView[NodePartCount];
        for (int part = 0; part < NodePartCount; part++)
        {
            // Parts that there are none of are bound all the same.
            ulong start = (ulong)part * partBytes < sizeBytes ? (ulong)part * partBytes : 0;
            ulong end = Math.Clamp(sizeBytes, start + TreeNode.SizeBytes, start + partBytes);
            parts[part] = new BufferView(nodes, start, end - start);
        }

        return parts;
    }

    private static void ThrowIfTooLarge(string name, ulong sizeBytes, ulong most)
    {
        if (sizeBytes > most)
        {
            throw new GpuException(GpuError.KernelError(
                $"{name} has {sizeBytes} bytes: kernels on this device see at most {most} at once"));
        }
    }
}
