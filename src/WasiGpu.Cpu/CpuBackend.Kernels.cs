namespace WasiGpu.Cpu;

/// <content>The kernels that need one step, or two.</content>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        Check.Valid(KernelRules.Check(parameters, outputIndices));
        using KernelScope scope = StartKernel();
        BootstrapWork work = new(_kernels, parameters, Own(outputIndices).Words);
        _threads.Run(in work, work.ChunkCount, _deadline);
    }

    /// <inheritdoc/>
    public void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, treePredictions, output));
        using KernelScope scope = StartKernel();
        if (parameters.NSamples == 0 || parameters.NTrees == 0)
        {
            return;
        }

        float* predictions = Own(treePredictions).Floats;
        float* means = Own(output).Floats;
        if (treePredictions != output)
        {
            AverageWork work = new(_kernels, parameters, predictions, means, _deadline);
            _threads.Run(in work, work.ChunkCount, _deadline);
            return;
        }

        using Scratch.Loan scratch = _scratch.Rent((ulong)parameters.NSamples * sizeof(float));
        AverageWork apart = new(_kernels, parameters, predictions, (float*)scratch.Pointer, _deadline);
        _threads.Run(in apart, apart.ChunkCount, _deadline);
        CopyApart(scratch.Pointer, (byte*)means, (ulong)parameters.NSamples * sizeof(float));
    }

    /// <inheritdoc/>
    public void Elementwise(
        in ElementwiseParams parameters,
        GpuBuffer inputA,
        GpuBuffer? inputB,
        GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, inputA, inputB, output));
        using KernelScope scope = StartKernel();
        float* second = parameters.IsBinary ? Own(inputB!).Floats : null;
        ElementwiseWork work = new(_kernels, parameters, Own(inputA).Floats, second, Own(output).Floats);
        _threads.Run(in work, work.ChunkCount, _deadline);
    }

    /// <inheritdoc/>
    public void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, input, output));
        using KernelScope scope = StartKernel();
        long chunkCount = Chunks.Count(parameters.NElements, ReduceWork.ChunkElements);
        using Scratch.Loan scratch = _scratch.Rent((ulong)chunkCount * (ulong)sizeof(ReducePartial));
        ReduceWork work = new(_kernels, parameters, Own(input).Floats, (ReducePartial*)scratch.Pointer);
        _threads.Run(in work, chunkCount, _deadline);
        *Own(output).Floats = work.Finish(chunkCount);
    }

    /// <inheritdoc/>
    public void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, samples, treeOffsets, output));
        using KernelScope scope = StartKernel();
        if (parameters.BatchSize == 0 || parameters.NTrees == 0)
        {
            return;
        }

        float* means = Own(output).Floats;
        if (output != samples && output != treeNodes && output != treeOffsets)
        {
            Predict(parameters, samples, treeNodes, treeOffsets, means);
            return;
        }

        ulong sizeBytes = (ulong)parameters.BatchSize * sizeof(float);
        using Scratch.Loan scratch = _scratch.Rent(sizeBytes);
        Predict(parameters, samples, treeNodes, treeOffsets, (float*)scratch.Pointer);
        CopyApart(scratch.Pointer, (byte*)means, sizeBytes);
    }

    private void Predict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        float* means)
    {
        BatchPredictWork work = new(
            parameters,
            Own(samples).Floats,
            (TreeNode*)Own(treeNodes).Pointer,
            treeNodes.SizeBytes / TreeNode.SizeBytes,
            Own(treeOffsets).Words,
            means,
            _deadline);
        _threads.Run(in work, work.ChunkCount, _deadline);
    }
}
