namespace WasiGpu.WebGpu;

/// <content>batch-predict of large batches: thresholds and samples become codes, which take a quarter of the memory.
/// </content>
internal sealed unsafe partial class WebGpuBackend
{
    /// <summary>A batch this large is worth encoding its rows, and the wait for the forest's keys.</summary>
    private const uint CodedRows = 1 << 15;

    /// <summary>Above so many places the host takes too long to sort the keys.</summary>
    private const ulong MaxCodedPlaces = 1 << 19;

    private const ulong MaxCodesBytes = MaxKeptScratchBytes;

    private bool UsesCodes(uint rows) => _form is null ? rows >= CodedRows : _form is "codes" or "large";

    /// <summary>The form of codes of a forest, made when the first large batch comes.</summary>
    private CodedForm? CodedFormOf(Forest forest, PredictInputs inputs)
    {
        if (!UsesCodes(inputs.RowCount))
        {
            return null;
        }

        if (!forest.IsCoded)
        {
            try
            {
                forest.Coded = MakeCodes(forest.Perfect!, inputs);
                forest.IsCoded = true;
            }
            catch (GpuException e) when (e.Error.Kind == GpuErrorKind.OutOfMemory)
            {
                // A later call may find memory.
            }
        }

        return forest.Coded;
    }

    private CodedForm? MakeCodes(PerfectForm form, PredictInputs inputs)
    {
        ulong places = (ulong)inputs.TreeCount << (int)form.Plan.Depth;
        if (places > MaxCodedPlaces)
        {
            return null;
        }

        PerfectNode[] nodes = new PerfectNode[places];
        uint[] leaves = new uint[places];
        ReadAll<PerfectNode>(form.Nodes, nodes);
        ReadAll<uint>(form.Leaves, leaves);
        uint columnWords = form.Plan.ColumnWords;
        int[][] keys = CodedTrees.KeysOf(nodes, inputs.FeatureCount, columnWords);
        CodedPlan? plan = CodedPlan.Make(
            form.Plan.Depth,
            inputs.FeatureCount,
            inputs.TreeCount,
            (uint)keys.Max(column => column.Length),
            Limits,
            isSmall: _form == "codes");
        return plan is null ? null : WriteCodes(
            plan, CodedTrees.WordsOf(nodes, leaves, columnWords, keys, plan), CodedTrees.TablesOf(keys, plan.TableLevels));
    }

    private CodedForm WriteCodes(CodedPlan plan, uint[] trees, int[] tables)
    {
        ulong treeBytes = (ulong)trees.Length * WordBytes;
        ulong tableBytes = (ulong)tables.Length * WordBytes;
        ulong tableStart = RoundUp(treeBytes, ViewAlignment);
        DeviceBuffer memory = RentScratch(tableStart + tableBytes).Buffer;
        try
        {
            fixed (uint* source = trees)
            {
                WriteWords(memory, 0, (byte*)source, treeBytes);
            }

            fixed (int* source = tables)
            {
                WriteWords(memory, tableStart, (byte*)source, tableBytes);
            }
        }
        catch (Exception)
        {
            FreeScratch(memory);
            throw;
        }

        return new CodedForm(
            plan,
            memory,
            new BufferView(memory, 0, treeBytes),
            new BufferView(memory, tableStart, tableBytes));
    }

    private void ReadAll<T>(BufferView view, T[] target)
        where T : unmanaged
    {
        fixed (T* pointer = target)
        {
            ReadBytes(view.Buffer, view.OffsetBytes, (byte*)pointer, (ulong)target.Length * (ulong)sizeof(T));
        }
    }

    /// <summary>Encodes the rows and walks them.</summary>
    /// <returns>False if there is no memory for the codes; nothing was recorded then.</returns>
    private bool TryPredictCodes(PredictInputs inputs, CodedForm form, DeviceBuffer target)
    {
        CodedPlan plan = form.Plan;
        KernelPipeline encode = Pipeline("PredictCodes.wgsl", "encode", plan.Constants, "wrr");
        KernelPipeline walk = Pipeline("PredictCodes.wgsl", "predict_codes", plan.Constants, "wrr");
        double rowNodes = inputs.TreeCount * (plan.Depth + 1.0);
        ulong tileBytes = (ulong)inputs.FeatureCount * plan.GroupSize * WordBytes;
        ulong tiles = (ulong)Math.Min(
            MaxViewElements / inputs.FeatureCount, PerfectNodesPerMs * DispatchMs / rowNodes) / plan.TileRows;
        tiles = Math.Max(Math.Min(tiles, MaxCodesBytes / tileBytes), 1);
        ulong pieceRows = tiles * plan.TileRows;
        ScratchLoan codes;
        try
        {
            codes = RentScratch(Math.Min(tiles, Divide(inputs.RowCount, plan.TileRows)) * tileBytes);
        }
        catch (GpuException e) when (e.Error.Kind == GpuErrorKind.OutOfMemory)
        {
            return false;
        }

        using ScratchLoan loan = codes;
        for (ulong row = 0; row < inputs.RowCount; row += pieceRows)
        {
            uint rows = (uint)Math.Min(pieceRows, inputs.RowCount - row);
            ulong rowTiles = Divide(rows, plan.TileRows);
            BufferView words = Start(codes.Buffer, rowTiles * tileBytes);
            BufferView samples = inputs.SamplesOf(row, rows, Elements, out uint sampleStart);
            (uint x, uint y) = Grid(rowTiles * Divide(inputs.FeatureCount, plan.TableColumns));
            Dispatch(
                encode,
                inputs.Words(rows, sampleStart, 0, budget: 0, isStart: false, x),
                [words, samples, form.Tables],
                x,
                y,
                rows * (double)inputs.FeatureCount * plan.TableLevels / PerfectNodesPerMs);
            BufferView results = Elements(target, row, rows, out uint outputStart);
            (x, y) = Grid(rowTiles);
            Dispatch(
                walk,
                inputs.Words(rows, 0, outputStart, budget: 0, isStart: false, x),
                [results, words, form.Trees],
                x,
                y,
                rows * rowNodes / PerfectNodesPerMs);
        }

        return true;
    }
}
