namespace WasiGpu;

/// <summary><c>record bootstrap-params</c>.</summary>
/// <param name="NSamples">Number of indices drawn.</param>
/// <param name="Seed">Low word of the Philox key.</param>
/// <param name="MaxIndex">Indices are below it; at least 1.</param>
public readonly record struct BootstrapParams(uint NSamples, uint Seed, uint MaxIndex);
