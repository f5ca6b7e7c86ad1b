namespace WasiGpu.Conformance;

/// <summary>Reductions in float64.</summary>
internal static class ReduceOracle
{
    /// <summary>The result and the largest error allowed.</summary>
    internal static (double Value, double Tolerance) Reduce(ReduceOp op, ReadOnlySpan<float> values)
    {
        double sum = 0;
        double absoluteSum = 0;
        double largest = double.NegativeInfinity;
        double smallest = double.PositiveInfinity;
        foreach (float value in values)
        {
            sum += value;
            absoluteSum += Math.Abs((double)value);
            largest = Math.Max(largest, value);
            smallest = Math.Min(smallest, value);
        }

        double mean = sum / values.Length;
        return op switch
        {
            ReduceOp.Sum => (sum, 1e-6 * absoluteSum),
            ReduceOp.Mean => (mean, 1e-6 * absoluteSum / values.Length),
            ReduceOp.Max => (largest, 0),
            ReduceOp.Min => (smallest, 0),
            _ => Variance(values, mean),
        };
    }

    private static (double Value, double Tolerance) Variance(ReadOnlySpan<float> values, double mean)
    {
        double squares = 0;
        foreach (float value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        double variance = squares / values.Length;

        // Four digits of unit variance at a mean of 1e6 are 1e-4, which is 1e-16 of the squared mean.
        return (variance, Math.Max(1e-5 * variance, 1e-16 * mean * mean));
    }
}
