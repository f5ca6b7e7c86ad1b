namespace WasiGpu.Cpu;

/// <summary>What a chunk contributes to a reduction.</summary>
/// <param name="Value">The chunk's sum, largest or smallest value, or mean.</param>
/// <param name="SquaredDeviations">For the variance: the sum of squared deviations from the chunk's
/// mean.</param>
internal readonly record struct ReducePartial(double Value, double SquaredDeviations);
