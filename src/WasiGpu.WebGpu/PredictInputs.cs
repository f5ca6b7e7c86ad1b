namespace WasiGpu.WebGpu;

/// <summary>What batch-predict reads, in device memory.</summary>
/// <param name="parameters">The call's parameters.</param>
/// <param name="samples">f32[batch-size][n-features].</param>
/// <param name="nodes">The tree nodes, hostile.</param>
/// <param name="offsets">u32[n-trees], hostile.</param>
/// <param name="nodeCount">Number of whole nodes.</param>
internal sealed class PredictInputs(
    BatchPredictParams parameters,
    DeviceBuffer samples,
    BufferView nodes,
    BufferView offsets,
    uint nodeCount)
{
    /// <summary>Makes the view of elements of a buffer.</summary>
    internal delegate BufferView ViewMaker(
        DeviceBuffer buffer,
        ulong start,
        ulong count,
        out uint startInView);

    internal BufferView Nodes { get; } = nodes;

    internal BufferView Offsets { get; } = offsets;

    internal uint RowCount => parameters.BatchSize;

    internal uint FeatureCount => parameters.NFeatures;

    internal uint TreeCount => parameters.NTrees;

    /// <summary>The most nodes that a row can meet: in each tree one more than moves are allowed.</summary>
    internal double MostRowNodes => (double)parameters.NTrees * (MaxMoves + 1.0);

    /// <summary>After as many moves as there are nodes, one was met twice: the walk would never
    /// end.</summary>
    private uint MaxMoves => Math.Min(parameters.MaxDepth, nodeCount);

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
            rows, sampleStart, outputStart, parameters.NFeatures, parameters.NTrees, nodeCount, MaxMoves,
            budget, isStart ? 1u : 0, gridWidth, 0,
        ];
    }
}
