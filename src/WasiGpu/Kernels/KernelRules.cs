namespace WasiGpu;

/// <summary>
/// The rules of <c>ml-kernels</c> that can be told from the arguments alone: parameters, and the size that each
/// buffer needs. The host refuses by them, backends assert them. Products are taken in 128 bits.
/// </summary>
/// <remarks>Each method returns null for a valid call, else <see cref="GpuErrorKind.InvalidParams"/> with a
/// message that names the parameter or the buffer, its size and the size needed.</remarks>
public static class KernelRules
{
    private const uint FloatBytes = sizeof(float);
    private const uint IndexBytes = sizeof(uint);

    /// <summary>Checks a call of <see cref="IGpuBackend.BootstrapSample"/>.</summary>
    public static GpuError? Check(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        return parameters.MaxIndex == 0
            ? GpuError.InvalidParams("max-index is 0: no index can be drawn; give at least 1")
            : Holds("output-indices", outputIndices, (UInt128)parameters.NSamples * IndexBytes);
    }

    /// <summary>Checks a call of <see cref="IGpuBackend.FindSplit"/>; data and labels may have any size.</summary>
    public static GpuError? Check(
        in FindSplitParams parameters,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        if (parameters.FeatureIdx >= parameters.NFeatures)
        {
            return GpuError.InvalidParams(
                $"feature-idx is {parameters.FeatureIdx}: must be below n-features, which is {parameters.NFeatures}");
        }

        return Holds("indices", indices, (UInt128)parameters.NSamples * IndexBytes)
            ?? Holds("thresholds", thresholds, (UInt128)parameters.NThresholds * FloatBytes)
            ?? Holds("output-scores", outputScores, (UInt128)parameters.NThresholds * FloatBytes);
    }

    /// <summary>Checks a call of <see cref="IGpuBackend.Average"/>.</summary>
    public static GpuError? Check(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        return Holds("tree-predictions", treePredictions, Floats(parameters.NSamples, parameters.NTrees))
            ?? Holds("output", output, Floats(parameters.NSamples, 1));
    }

    /// <summary>Checks a call of <see cref="IGpuBackend.MatMul"/>.</summary>
    public static GpuError? Check(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        if (ReferenceEquals(c, a) || ReferenceEquals(c, b))
        {
            return GpuError.InvalidParams("c is also an operand: the product needs a buffer of its own");
        }

        return Holds("a", a, Floats(parameters.M, parameters.K))
            ?? Holds("b", b, Floats(parameters.K, parameters.N))
            ?? Holds("c", c, Floats(parameters.M, parameters.N));
    }

    /// <summary>Checks a call of <see cref="IGpuBackend.Elementwise"/>.</summary>
    public static GpuError? Check(
        in ElementwiseParams parameters,
        GpuBuffer inputA,
        GpuBuffer? inputB,
        GpuBuffer output)
    {
        if (parameters.IsBinary && inputB is null)
        {
            return GpuError.InvalidParams(
                $"input-b is missing: {(parameters.Op == ElementwiseOp.Add ? "add" : "mul")} takes two operands");
        }

        UInt128 neededBytes = Floats(parameters.NElements, 1);
        return Holds("input-a", inputA, neededBytes)
            ?? (parameters.IsBinary ? Holds("input-b", inputB!, neededBytes) : null)
            ?? Holds("output", output, neededBytes);
    }

    /// <summary>Checks a call of <see cref="IGpuBackend.Reduce"/>.</summary>
    public static GpuError? Check(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        if (parameters.NElements == 0)
        {
            return GpuError.InvalidParams("n-elements is 0: nothing to reduce; give at least 1");
        }

        return Holds("input", input, Floats(parameters.NElements, 1)) ?? Holds("output", output, FloatBytes);
    }

    /// <summary>Checks a call of <see cref="IGpuBackend.BatchPredict"/>; the nodes may have any size.</summary>
    public static GpuError? Check(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        return Holds("samples", samples, Floats(parameters.BatchSize, parameters.NFeatures))
            ?? Holds("tree-offsets", treeOffsets, (UInt128)parameters.NTrees * IndexBytes)
            ?? Holds("output", output, Floats(parameters.BatchSize, 1));
    }

    private static UInt128 Floats(uint rows, uint columns) => (UInt128)rows * columns * FloatBytes;

    private static GpuError? Holds(string name, GpuBuffer buffer, UInt128 neededBytes)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.SizeBytes >= neededBytes
            ? null
            : GpuError.InvalidParams($"{name} has {buffer.SizeBytes} bytes: the shapes need {neededBytes}");
    }
}
