namespace WasiGpu.Conformance;

/// <summary>The elementwise functions in float64.</summary>
internal static class ElementwiseOracle
{
    internal static double Apply(ElementwiseOp op, double a, double b)
    {
        return op switch
        {
            ElementwiseOp.Relu => double.IsNaN(a) ? a : Math.Max(a, 0),
            ElementwiseOp.Sigmoid => 1 / (1 + Math.Exp(-a)),
            ElementwiseOp.Tanh => Math.Tanh(a),
            ElementwiseOp.Add => a + b,
            ElementwiseOp.Mul => a * b,
            ElementwiseOp.Sqrt => Math.Sqrt(a),
            ElementwiseOp.Exp => Math.Exp(a),
            _ => Math.Log(a),
        };
    }
}
