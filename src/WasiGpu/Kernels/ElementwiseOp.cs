namespace WasiGpu;

/// <summary><c>enum elementwise-op</c>, with its discriminants.</summary>
public enum ElementwiseOp : byte
{
    /// <summary>max(x, 0); NaN stays NaN.</summary>
    Relu = 0,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid = 1,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh = 2,

    /// <summary>a + b.</summary>
    Add = 3,

    /// <summary>a * b.</summary>
    Mul = 4,

    /// <summary>The square root; NaN below zero.</summary>
    Sqrt = 5,

    /// <summary>e^x.</summary>
    Exp = 6,

    /// <summary>The natural logarithm; -infinity at zero, NaN below.</summary>
    Log = 7,
}
