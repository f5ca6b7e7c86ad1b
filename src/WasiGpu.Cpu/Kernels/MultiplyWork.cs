namespace WasiGpu.Cpu;

/// <summary>matmul, second step of a block: each task multiplies some rows with some of the packed
/// columns.</summary>
internal readonly unsafe struct MultiplyWork(MatMulPlan plan, MatMulBlock block) : IChunkWork
{
    private readonly MatMulTasks _tasks = new(plan.PanelCount, plan.StripCount(block), plan.Threads);

    internal long ChunkCount => _tasks.Count;

    public void Run(long chunk, int slot)
    {
        (long firstPanel, long endPanel) = _tasks.PanelsOf(chunk);
        (long firstStrip, long endStrip) = _tasks.StripsOf(chunk);
        float* packedRows = plan.PackedRowsOf(slot);
        for (long step = 0; step * MatMulPlan.StepDepth < block.Depth; step++)
        {
            long firstDepth = block.FirstDepth + (step * MatMulPlan.StepDepth);
            long depth = Chunks.Length(step, block.Depth, MatMulPlan.StepDepth);
            long panelElements = plan.Kernels.TileRows * depth;
            plan.PackRows(firstPanel, endPanel, firstDepth, depth, packedRows);
            for (long strip = firstStrip; strip < endStrip; strip++)
            {
                plan.Deadline.ThrowIfPassed();
                float* columns = plan.PackedStrip(block, step, strip);
                for (long panel = firstPanel; panel < endPanel; panel++)
                {
                    float* rows = packedRows + ((panel - firstPanel) * panelElements);
                    MultiplyTile(panel, strip, rows, columns, firstDepth, depth);
                }
            }
        }
    }

    private void MultiplyTile(
        long panel,
        long strip,
        float* rows,
        float* columns,
        long firstDepth,
        long depth)
    {
        VectorKernels kernels = plan.Kernels;
        float alpha = plan.Parameters.Alpha;
        long stride = plan.Parameters.N;
        long row = panel * kernels.TileRows;
        long column = block.FirstColumn + (strip * kernels.TileColumns);
        float* target = plan.C + (row * stride) + column;

        // The old c counts once, in the first step of depth; later steps add to what is there.
        float beta = firstDepth == 0 ? plan.Parameters.Beta : 1;
        long rowCount = Math.Min(kernels.TileRows, plan.Parameters.M - row);
        long columnCount = Math.Min(kernels.TileColumns, plan.Parameters.N - column);
        if (rowCount == kernels.TileRows && columnCount == kernels.TileColumns)
        {
            kernels.MultiplyTile(rows, columns, depth, alpha, beta, target, stride);
            return;
        }

        float* sums = stackalloc float[VectorKernels.MaxTileRows * VectorKernels.MaxTileColumns];
        kernels.MultiplyTile(rows, columns, depth, alpha: 1, beta: 0, sums, kernels.TileColumns);
        for (long i = 0; i < rowCount; i++)
        {
            kernels.ScaleAndAdd(
                target + (i * stride), sums + (i * kernels.TileColumns), columnCount, alpha, beta);
        }
    }
}
