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

        // The means are put aside where they would overwrite an operand.
        bool isApart = output == samples || output == treeNodes || output == treeOffsets;
        ulong nodeCount = treeNodes.SizeBytes / TreeNode.SizeBytes;
        ulong meanBytes = isApart ? (ulong)parameters.BatchSize * sizeof(float) : 0;
        ulong copyBytes = nodeCount * (ulong)sizeof(WalkNode);
        ulong treeBytes = (ulong)parameters.NTrees * (ulong)sizeof(WalkTree);

        ulong columnBytes = (ulong)_threads.MaxThreads * BatchPredictWork.ColumnBytes(parameters);

        // Without memory for the copy every walk checks its own steps.
        bool isChecked = ForestCheck.Pays(parameters, nodeCount)
            && _scratch.HasRoomFor(copyBytes + treeBytes + meanBytes + columnBytes);
        if (!isChecked)
        {
            copyBytes = 0;
            treeBytes = 0;
            columnBytes = 0;
        }

        using Scratch.Loan scratch = _scratch.Rent(copyBytes + treeBytes + meanBytes + columnBytes);
        WalkTree* trees = isChecked ? (WalkTree*)(scratch.Pointer + copyBytes) : null;
        float* means = isApart ? (float*)(scratch.Pointer + copyBytes + treeBytes) : Own(output).Floats;

        TreeNode* nodes = (TreeNode*)Own(treeNodes).Pointer;
        uint* offsets = Own(treeOffsets).Words;
        if (isChecked)
        {
            ForestCheck check = new(parameters, nodes, nodeCount, (WalkNode*)scratch.Pointer, _deadline);
            for (uint tree = 0; tree < parameters.NTrees; tree++)
            {
                trees[tree] = check.Check(offsets[tree]);
            }
        }

        float* rows = Own(samples).Floats;
        float* columns = (float*)(scratch.Pointer + copyBytes + treeBytes + meanBytes);
        BatchPredictWork work =
            new(parameters, rows, nodes, nodeCount, offsets, trees, columns, means, _deadline);
        _threads.Run(in work, work.ChunkCount, _deadline);
        if (isApart)
        {
            CopyApart((byte*)means, Own(output).Pointer, meanBytes);
        }
    }
}
