namespace WasiGpu;

/// <summary><c>record elementwise-params</c>.</summary>
/// <param name="NElements">Number of elements.</param>
/// <param name="Op">The function.</param>
public readonly record struct ElementwiseParams(uint NElements, ElementwiseOp Op)
{
    /// <summary>Whether the function takes a second operand.</summary>
    public bool IsBinary => Op is ElementwiseOp.Add or ElementwiseOp.Mul;
}
