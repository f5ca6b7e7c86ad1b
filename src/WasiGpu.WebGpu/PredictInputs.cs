namespace WasiGpu.WebGpu;

/// <summary>What batch-predict reads, in device memory.</summary>
/// <param name="parameters">The call's parameters.</param>
/// <param name="samples">f32[batch-size][n-features].</param>
/// <param name="nodeParts">The tree nodes, hostile, in parts.</param>
/// <param name="offsets">u32[n-trees], hostile.</param>
/// <param name="nodeBytes">Size of the whole nodes.</param>
internal sealed class PredictInputs(
    BatchPredictParams parameters,
    DeviceBuffer samples,
    BufferView[] nodeParts,
    BufferView offsets,
    ulong nodeBytes)
{
    /// <summary>Makes the view of elements of a buffer.</summary>
    internal delegate BufferView ViewMaker(
        DeviceBuffer buffer,
        ulong start,
        ulong count,
        out uint startInView);

    internal BufferView[] NodeParts { get; } = nodeParts;

    internal ulong NodeBytes { get; } = nodeBytes;

    internal BufferView Offsets { get; } = offsets;

    internal uint RowCount => parameters.BatchSize;

    internal uint FeatureCount => parameters.NFeatures;

    internal uint TreeCount => parameters.NTrees;

    /// <summary>The most nodes that a row can meet: in each tree one more than moves are allowed.</summary>
    internal double MostRowNodes => (double)parameters.NTrees * (MaxMoves + 1.0);

    /// <summary>After as many moves as there are nodes, one was met twice: the walk would never
    /// end.</summary>
    private uint MaxMoves => Math.Min(parameters.MaxDepth, NodeCount);

    private uint NodeCount => (uint)(NodeBytes / TreeNode.SizeBytes);

    /// <summary>The samples of some rows.</summary>
    internal BufferView SamplesOf(ulong row, uint rows, ViewMaker view, out uint startInView)
    {
        ulong features = parameters.NFeatures;
        return view(samples, row * features, rows * features, out startInView);
    }

    /// <summary>The parameters of the kernels.</summary>
    internal uint[] Words(
        uint rows,
        uint sampleStart,
        uint outputStart,
        uint budget,
        bool isStart,
        uint gridWidth)
    {
        return
        [
            rows, sampleStart, outputStart, parameters.NFeatures, parameters.NTrees, NodeCount, MaxMoves,
            budget, isStart ? 1u : 0, gridWidth, 0,
        ];
    }
}
