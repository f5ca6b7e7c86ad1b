namespace WasiGpu.WebGpu;

/// <content>
/// Forests are checked by the device and laid out as perfect trees when that pays, and kept for later calls until one
/// of their buffers is written or destroyed.
/// </content>
internal sealed unsafe partial class WebGpuBackend
{
    private const int MaxForests = 4;

    /// <summary>A first batch this large is worth the look at its forest; smaller ones wait for the second.</summary>
    private const uint ForestRows = 1024;

    private const uint MaxForestTrees = 1 << 14;

    /// <summary>Trees that are filled up may be so much larger than the guest's nodes.</summary>
    private const ulong MostGrowth = 4;
    private const ulong AlwaysAllowedBytes = 16 << 20;

    private const uint JudgementBytes = 8;

    private readonly List<Forest> _forests = [];

    /// <summary>The forest that a call walks: it is not given up for that call's own working memory.</summary>
    private Forest? _walkedForest;

    /// <summary>Nodes of perfect trees that the device looks at in a millisecond, at least.</summary>
    private double PerfectNodesPerMs => NodesPerMs * (IsSoftware ? 1 : 10);

    private bool UsesPerfectTrees => _form is null ? !IsSoftware : !UsesThreadsAlone;

    /// <summary>Finds what was made of a forest, or makes it now.</summary>
    private Forest? FindForest(
        in BatchPredictParams parameters,
        GpuBuffer nodes,
        GpuBuffer offsets,
        PredictInputs inputs)
    {
        if (!UsesPerfectTrees || parameters.NTrees > MaxForestTrees || parameters.NFeatures == 0)
        {
            return null;
        }

        Forest? forest = null;
        foreach (Forest known in _forests)
        {
            forest = known.Matches(parameters, nodes, offsets) ? known : forest;
        }

        bool isNew = forest is null;
        forest ??= new Forest(parameters, nodes, offsets);
        if (!forest.IsJudged && (!isNew || parameters.BatchSize >= ForestRows || _form is not null))
        {
            try
            {
                MakePerfect(forest, parameters, inputs);
            }
            catch (GpuException e) when (e.Error.Kind == GpuErrorKind.OutOfMemory)
            {
                // The walk with every check needs no memory; a later call may find some.
                return null;
            }
        }

        // Working memory may have been short, and all forests given up for it.
        if (!_forests.Contains(forest))
        {
            if (_forests.Count == MaxForests)
            {
                ForgetForest(0);
            }

            _forests.Add(forest);
        }

        return forest;
    }

    private void MakePerfect(Forest forest, in BatchPredictParams parameters, PredictInputs inputs)
    {
        if (JudgeForest(parameters.NTrees, inputs) is not { } depth)
        {
            forest.IsJudged = true;
            return;
        }

        ulong places = (ulong)parameters.NTrees << (int)depth;
        ulong nodeBytes = RoundUp(places * PerfectPlan.NodeBytes, ViewAlignment);
        ulong leafBytes = places * FloatBytes;
        PerfectPlan? plan = PerfectPlan.Make(
            depth, parameters.NFeatures, parameters.NTrees, Limits, isSmall: _form == "small");
        bool isSuitable = plan is not null
            && nodeBytes + leafBytes <= Math.Max(AlwaysAllowedBytes, MostGrowth * inputs.NodeBytes)
            && Math.Max(nodeBytes, leafBytes) <= MaxViewElements * FloatBytes;
        if (isSuitable)
        {
            ScratchLoan memory = RentScratch(nodeBytes + leafBytes);
            PerfectForm form = new(
                plan!,
                memory.Buffer,
                new BufferView(memory.Buffer, 0, nodeBytes),
                new BufferView(memory.Buffer, nodeBytes, leafBytes));
            try
            {
                LayOutForest(parameters.NTrees, inputs, form);
            }
            catch (Exception)
            {
                FreeScratch(memory.Buffer);
                throw;
            }

            forest.Perfect = form;
        }

        forest.IsJudged = true;
    }

    /// <summary>Looks at all walks, which waits for the device.</summary>
    /// <returns>The depth of the deepest tree, or null if a walk breaks a rule or is too long.</returns>
    private uint? JudgeForest(uint treeCount, PredictInputs inputs)
    {
        KernelPipeline pipeline =
            Pipeline("BatchPredict.wgsl", "judge", PredictConstants, "wrrrrr");
        using ScratchLoan judgement = RentScratch(JudgementBytes);
        ClearBuffer(new BufferView(judgement.Buffer, 0, JudgementBytes));
        BufferView result = Start(judgement.Buffer, JudgementBytes);
        const double PathNodes = PerfectPlan.MaxDepth + 1;
        uint most = TreesOfDispatch((1 << (int)PerfectPlan.MaxDepth) * PathNodes);
        for (uint tree = 0; tree < treeCount; tree += most)
        {
            uint paths = Math.Min(most, treeCount - tree) << (int)PerfectPlan.MaxDepth;
            (uint x, uint y) = Grid(Divide(paths, PredictGroupSize));
            Dispatch(
                pipeline,
                inputs.Words(paths, tree, 0, 0, isStart: false, x),
                [result, inputs.Offsets, .. inputs.NodeParts],
                x,
                y,
                paths * PathNodes / NodesPerMs);
        }

        uint* words = stackalloc uint[2];
        ReadBytes(judgement.Buffer, 0, (byte*)words, JudgementBytes);
        return words[1] == 0 ? words[0] : null;
    }

    private void LayOutForest(uint treeCount, PredictInputs inputs, PerfectForm form)
    {
        PerfectPlan plan = form.Plan;
        KernelPipeline pipeline = Pipeline(
            "BatchPredict.wgsl", "lay_out", [.. PredictConstants, ("depth", plan.Depth)], "wrrrrrw");
        double placeNodes = 2 * (plan.Depth + 1.0);
        uint most = TreesOfDispatch((1 << (int)plan.Depth) * placeNodes);
        for (uint tree = 0; tree < treeCount; tree += most)
        {
            uint places = Math.Min(most, treeCount - tree) << (int)plan.Depth;
            (uint x, uint y) = Grid(Divide(places, PredictGroupSize));
            Dispatch(
                pipeline,
                inputs.Words(places, tree, tree << (int)plan.Depth, plan.ColumnWords, isStart: false, x),
                [form.Nodes, inputs.Offsets, .. inputs.NodeParts, form.Leaves],
                x,
                y,
                places * placeNodes / NodesPerMs);
        }
    }

    private uint TreesOfDispatch(double treeNodes) =>
        (uint)Math.Clamp(NodesPerMs * DispatchMs / treeNodes, 1, MaxForestTrees);

    private void PredictPerfect(PredictInputs inputs, PerfectForm form, DeviceBuffer target)
    {
        PerfectPlan plan = form.Plan;
        KernelPipeline pipeline = Pipeline("BatchPredict.wgsl", "predict_perfect", plan.Constants, "wrrr");
        double rowNodes = inputs.TreeCount * (plan.Depth + 1.0);
        ulong most = Math.Min(MaxViewElements / inputs.FeatureCount, (ulong)(PerfectNodesPerMs * DispatchMs / rowNodes));
        ulong pieceRows = Math.Max(most / plan.GroupSize, 1) * plan.GroupSize;
        for (ulong row = 0; row < inputs.RowCount; row += pieceRows)
        {
            uint rows = (uint)Math.Min(pieceRows, inputs.RowCount - row);
            BufferView samples = inputs.SamplesOf(row, rows, Elements, out uint sampleStart);
            BufferView results = Elements(target, row, rows, out uint outputStart);
            (uint x, uint y) = Grid(Divide(rows, plan.GroupSize));
            Dispatch(
                pipeline,
                inputs.Words(rows, sampleStart, outputStart, budget: 0, isStart: false, x),
                [results, samples, form.Nodes, form.Leaves],
                x,
                y,
                rows * rowNodes / PerfectNodesPerMs);
        }
    }

    /// <summary>Frees what was made from a buffer.</summary>
    private void ForgetForestsOf(GpuBuffer buffer)
    {
        for (int i = _forests.Count - 1; i >= 0; i--)
        {
            if (_forests[i].IsOf(buffer))
            {
                ForgetForest(i);
            }
        }
    }

    /// <summary>Frees what was made of all forests but the one that is walked.</summary>
    private void ForgetForests()
    {
        for (int i = _forests.Count - 1; i >= 0; i--)
        {
            if (!ReferenceEquals(_forests[i], _walkedForest))
            {
                ForgetForest(i);
            }
        }
    }

    private void ForgetForest(int index)
    {
        if (_forests[index].Perfect is { } form)
        {
            FreeScratch(form.Memory);
        }

        if (_forests[index].Coded is { } coded)
        {
            FreeScratch(coded.Memory);
        }

        _forests.RemoveAt(index);
    }
}
