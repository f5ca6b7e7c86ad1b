namespace WasiGpu;

/// <summary><c>enum reduce-op</c>, with its discriminants.</summary>
public enum ReduceOp : byte
{
    /// <summary>The sum.</summary>
    Sum = 0,

    /// <summary>The largest element; NaN if any element is NaN.</summary>
    Max = 1,

    /// <summary>The smallest element; NaN if any element is NaN.</summary>
    Min = 2,

    /// <summary>The sum divided by the number of elements.</summary>
    Mean = 3,

    /// <summary>The population variance (divided by n).</summary>
    Variance = 4,
}
