namespace WasiGpu.Cpu;

/// <summary>matmul, second step of a block: each task multiplies some rows with some of the packed
/// columns.</summary>
internal readonly unsafe struct MultiplyWork(MatMulPlan plan, long firstColumn, long firstDepth, long depth)
    : IChunkWork
{
    private long ColumnCount => Math.Min(MatMulPlan.BlockColumns, plan.Parameters.N - firstColumn);

    private long TasksAcross => Chunks.Count(ColumnCount, MatMulPlan.TaskColumns);

    internal long ChunkCount => Chunks.Count(plan.Parameters.M, MatMulPlan.TaskRows) * TasksAcross;

    public void Run(long chunk, int slot)
    {
        long width = plan.Kernels.TileColumns;
        long firstRow = chunk / TasksAcross * MatMulPlan.TaskRows;
        long panels = Chunks.Count(
            Math.Min(MatMulPlan.TaskRows, plan.Parameters.M - firstRow), VectorKernels.TileRows);
        float* packedRows = plan.PackedRowsOf(slot);
        for (long panel = 0; panel < panels; panel++)
        {
            long row = firstRow + (panel * VectorKernels.TileRows);
            plan.PackRows(row, firstDepth, depth, packedRows + (panel * VectorKernels.TileRows * depth));
        }

        float* tile = stackalloc float[VectorKernels.TileRows * VectorKernels.MaxTileColumns];
        long taskColumn = chunk % TasksAcross * MatMulPlan.TaskColumns;
        long endColumn = Math.Min(taskColumn + MatMulPlan.TaskColumns, ColumnCount);
        for (long column = taskColumn; column < endColumn; column += width)
        {
            plan.Deadline.ThrowIfPassed();
            float* strip = plan.PackedColumns + (column * depth);
            for (long panel = 0; panel < panels; panel++)
            {
                float* rows = packedRows + (panel * VectorKernels.TileRows * depth);
                plan.Kernels.MultiplyTile(rows, strip, depth, tile);
                AddTile(firstRow + (panel * VectorKernels.TileRows), firstColumn + column, tile);
            }
        }
    }

    private void AddTile(long row, long column, float* tile)
    {
        MatMulParams parameters = plan.Parameters;
        int width = plan.Kernels.TileColumns;

        // The old c counts once, in the first block of depth; later blocks add to what is there.
        float beta = firstDepth == 0 ? parameters.Beta : 1;
        long rows = Math.Min(VectorKernels.TileRows, parameters.M - row);
        long columns = Math.Min(width, parameters.N - column);
        for (long i = 0; i < rows; i++)
        {
            float* target = plan.C + ((row + i) * parameters.N) + column;
            plan.Kernels.ScaleAndAdd(target, tile + (i * width), columns, parameters.Alpha, beta);
        }
    }
}
