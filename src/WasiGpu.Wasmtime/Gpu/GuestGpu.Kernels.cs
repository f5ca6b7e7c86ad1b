namespace WasiGpu.Wasmtime;

/// <summary>The functions of <c>ml-kernels</c>: ids first, then parameters and sizes, then the backend.</summary>
internal sealed partial class GuestGpu
{
    /// <summary><c>kernel-bootstrap-sample</c>.</summary>
    internal GpuError? BootstrapSample(in BootstrapParams parameters, uint outputIndices)
    {
        Operands operands = new(this);
        GpuBuffer output = operands.Get(outputIndices);
        if ((operands.Error ?? KernelRules.Check(parameters, output)) is { } refused)
        {
            return refused;
        }

        _backend!.BootstrapSample(parameters, output);
        return Done();
    }

    /// <summary><c>kernel-find-split</c>.</summary>
    internal GpuError? FindSplit(
        in FindSplitParams parameters,
        uint data,
        uint labels,
        uint indices,
        uint thresholds,
        uint outputScores)
    {
        Operands operands = new(this);
        GpuBuffer dataBuffer = operands.Get(data);
        GpuBuffer labelsBuffer = operands.Get(labels);
        GpuBuffer indicesBuffer = operands.Get(indices);
        GpuBuffer thresholdsBuffer = operands.Get(thresholds);
        GpuBuffer output = operands.Get(outputScores);
        if ((operands.Error ?? KernelRules.Check(parameters, indicesBuffer, thresholdsBuffer, output)) is { } refused)
        {
            return refused;
        }

        _backend!.FindSplit(parameters, dataBuffer, labelsBuffer, indicesBuffer, thresholdsBuffer, output);
        return Done();
    }

    /// <summary><c>kernel-average</c>.</summary>
    internal GpuError? Average(in AverageParams parameters, uint treePredictions, uint output)
    {
        Operands operands = new(this);
        GpuBuffer input = operands.Get(treePredictions);
        GpuBuffer outputBuffer = operands.Get(output);
        if ((operands.Error ?? KernelRules.Check(parameters, input, outputBuffer)) is { } refused)
        {
            return refused;
        }

        _backend!.Average(parameters, input, outputBuffer);
        return Done();
    }

    /// <summary><c>kernel-matmul</c>.</summary>
    internal GpuError? MatMul(in MatMulParams parameters, uint a, uint b, uint c)
    {
        Operands operands = new(this);
        GpuBuffer bufferA = operands.Get(a);
        GpuBuffer bufferB = operands.Get(b);
        GpuBuffer bufferC = operands.Get(c);
        if ((operands.Error ?? KernelRules.Check(parameters, bufferA, bufferB, bufferC)) is { } refused)
        {
            return refused;
        }

        _backend!.MatMul(parameters, bufferA, bufferB, bufferC);
        return Done();
    }

    /// <summary><c>kernel-elementwise</c>; functions of one operand do not look at <paramref name="inputB"/>.</summary>
    internal GpuError? Elementwise(in ElementwiseParams parameters, uint inputA, uint? inputB, uint output)
    {
        Operands operands = new(this);
        GpuBuffer bufferA = operands.Get(inputA);
        GpuBuffer? bufferB = parameters.IsBinary && inputB is { } id ? operands.Get(id) : null;
        GpuBuffer outputBuffer = operands.Get(output);
        if ((operands.Error ?? KernelRules.Check(parameters, bufferA, bufferB, outputBuffer)) is { } refused)
        {
            return refused;
        }

        _backend!.Elementwise(parameters, bufferA, bufferB, outputBuffer);
        return Done();
    }

    /// <summary><c>kernel-reduce</c>.</summary>
    internal GpuError? Reduce(in ReduceParams parameters, uint input, uint output)
    {
        Operands operands = new(this);
        GpuBuffer inputBuffer = operands.Get(input);
        GpuBuffer outputBuffer = operands.Get(output);
        if ((operands.Error ?? KernelRules.Check(parameters, inputBuffer, outputBuffer)) is { } refused)
        {
            return refused;
        }

        _backend!.Reduce(parameters, inputBuffer, outputBuffer);
        return Done();
    }

    /// <summary><c>kernel-batch-predict</c>.</summary>
    internal GpuError? BatchPredict(
        in BatchPredictParams parameters,
        uint samples,
        uint treeNodes,
        uint treeOffsets,
        uint output)
    {
        Operands operands = new(this);
        GpuBuffer samplesBuffer = operands.Get(samples);
        GpuBuffer nodes = operands.Get(treeNodes);
        GpuBuffer offsets = operands.Get(treeOffsets);
        GpuBuffer outputBuffer = operands.Get(output);
        if ((operands.Error ?? KernelRules.Check(parameters, samplesBuffer, offsets, outputBuffer)) is { } refused)
        {
            return refused;
        }

        _backend!.BatchPredict(parameters, samplesBuffer, nodes, offsets, outputBuffer);
        return Done();
    }

    private GpuError? Done()
    {
        _kernelCalls++;
        return null;
    }

    /// <summary>Collects a kernel's buffers; the first thing wrong (a pending fault, then an unknown id) is kept.</summary>
    private ref struct Operands(GuestGpu gpu)
    {
        private readonly GuestGpu _gpu = gpu;

        internal GpuError? Error { get; private set; } = gpu.Blocked();

        /// <summary>The buffer; null, which the caller never uses, when <see cref="Error"/> is set.</summary>
        internal GpuBuffer Get(uint id)
        {
            if (!_gpu._buffers.TryGet(id, out GpuBuffer? buffer))
            {
                Error ??= GpuError.InvalidBuffer();
            }

            return buffer!;
        }
    }
}
