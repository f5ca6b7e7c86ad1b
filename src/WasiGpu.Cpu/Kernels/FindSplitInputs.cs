namespace WasiGpu.Cpu;

/// <summary>The listed samples of find-split. Indices are hostile: <see cref="RowLimit"/> guards every
/// access.</summary>
/// <param name="column">The feature of row 0.</param>
/// <param name="featureCount">Distance from row to row, in floats.</param>
/// <param name="labels">f32[rows].</param>
/// <param name="indices">u32[sampleCount].</param>
/// <param name="sampleCount">Number of listed indices.</param>
/// <param name="rowLimit">Rows from here on have no label or no feature, and contribute nothing.</param>
internal readonly unsafe struct FindSplitInputs(
    float* column,
    uint featureCount,
    float* labels,
    uint* indices,
    long sampleCount,
    ulong rowLimit)
{
    internal float* Labels => labels;

    internal uint* Indices => indices;

    internal long SampleCount => sampleCount;

    internal ulong RowLimit => rowLimit;

    internal float Feature(uint row) => column[(ulong)row * featureCount];

    /// <summary>The number of rows that have both a label and the feature.</summary>
    internal static ulong LimitOf(ulong rows, ulong dataElements, in FindSplitParams parameters)
    {
        return dataElements <= parameters.FeatureIdx
            ? 0
            : Math.Min(rows, ((dataElements - parameters.FeatureIdx - 1) / parameters.NFeatures) + 1);
    }
}
