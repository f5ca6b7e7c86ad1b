namespace WasiGpu;

/// <summary><c>record batch-predict-params</c>.</summary>
/// <param name="BatchSize">Rows.</param>
/// <param name="NFeatures">Columns.</param>
/// <param name="NTrees">Trees.</param>
/// <param name="MaxDepth">The most moves from node to node a walk may make before it must have met a leaf.</param>
public readonly record struct BatchPredictParams(uint BatchSize, uint NFeatures, uint NTrees, uint MaxDepth);
