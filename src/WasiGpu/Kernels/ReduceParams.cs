namespace WasiGpu;

/// <summary><c>record reduce-params</c>.</summary>
/// <param name="NElements">Number of elements; at least 1.</param>
/// <param name="Op">The function.</param>
public readonly record struct ReduceParams(uint NElements, ReduceOp Op);
