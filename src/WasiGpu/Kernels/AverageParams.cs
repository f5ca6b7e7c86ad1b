namespace WasiGpu;

/// <summary><c>record average-params</c>.</summary>
/// <param name="NTrees">Columns: predictions a row.</param>
/// <param name="NSamples">Rows.</param>
public readonly record struct AverageParams(uint NTrees, uint NSamples);
