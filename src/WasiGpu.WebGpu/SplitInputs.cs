namespace WasiGpu.WebGpu;

/// <summary>What find-split reads, in device memory.</summary>
/// <param name="parameters">The call's parameters.</param>
/// <param name="data">f32[rows][n-features].</param>
/// <param name="labels">f32[rows].</param>
/// <param name="indices">u32[n-samples], hostile.</param>
/// <param name="rows">Rows that have both a label and the feature; others contribute nothing.</param>
internal sealed class SplitInputs(
    in FindSplitParams parameters,
    DeviceBuffer data,
    DeviceBuffer labels,
    DeviceBuffer indices,
    ulong rows)
{
    internal DeviceBuffer Data { get; } = data;

    internal DeviceBuffer Labels { get; } = labels;

    internal DeviceBuffer Indices { get; } = indices;

    internal ulong Rows { get; } = rows;

    internal ulong SampleCount { get; } = parameters.NSamples;

    internal ulong ThresholdCount { get; } = parameters.NThresholds;

    internal uint RowElements { get; } = parameters.NFeatures;

    internal uint Feature { get; } = parameters.FeatureIdx;

    /// <summary>The rows that an index can name and that lie inside both buffers.</summary>
    internal static ulong RowsOf(ulong labelElements, ulong dataElements, in FindSplitParams parameters)
    {
        ulong named = Math.Min(labelElements, 1UL << 32);
        return dataElements <= parameters.FeatureIdx
            ? 0
            : Math.Min(named, ((dataElements - parameters.FeatureIdx - 1) / parameters.NFeatures) + 1);
    }
}
