namespace WasiGpu;

/// <summary><c>record find-split-params</c>.</summary>
/// <param name="NSamples">Number of listed indices.</param>
/// <param name="NFeatures">Columns of the data.</param>
/// <param name="FeatureIdx">The column to split on; below <paramref name="NFeatures"/>.</param>
/// <param name="NThresholds">Number of thresholds and of scores.</param>
public readonly record struct FindSplitParams(uint NSamples, uint NFeatures, uint FeatureIdx, uint NThresholds);
