namespace WasiGpu.Cpu;

/// <summary>
/// A blocked matrix product (Goto and van de Geijn, 2008): strips of columns of op(b) and panels of rows of
/// op(a) are packed, each tile of c stays in registers for a block of depth. The bits of an element depend on
/// its row, its column and the depth alone, not on how tiles are cut or who computes them.
/// </summary>
internal readonly unsafe struct MatMulPlan
{
    /// <summary>Depth of a block: a strip of columns stays in the first cache.</summary>
    internal const long BlockDepth = 384;

    /// <summary>Columns packed at once.</summary>
    internal const long BlockColumns = 4096;

    /// <summary>Rows of a task; its packed rows stay in the second cache.</summary>
    internal const long TaskRows = 16 * VectorKernels.TileRows;

    /// <summary>Columns of a task: few enough to share wide products of few rows among threads.</summary>
    internal const long TaskColumns = 512;

    private readonly long _rowStrideA;
    private readonly long _depthStrideA;
    private readonly long _depthStrideB;
    private readonly long _columnStrideB;
    private readonly float* _a;
    private readonly float* _b;
    private readonly float* _packedRows;

    internal MatMulPlan(
        VectorKernels kernels,
        in MatMulParams parameters,
        float* a,
        float* b,
        float* c,
        byte* scratch,
        Deadline deadline)
    {
        Kernels = kernels;
        Parameters = parameters;
        _a = a;
        _b = b;
        C = c;
        Deadline = deadline;
        (_rowStrideA, _depthStrideA) = parameters.TransA ? (1L, (long)parameters.M) : (parameters.K, 1L);
        (_depthStrideB, _columnStrideB) = parameters.TransB ? (1L, (long)parameters.K) : (parameters.N, 1L);
        PackedColumns = (float*)scratch;
        _packedRows = PackedColumns + PackedColumnElements(kernels, parameters);
    }

    internal VectorKernels Kernels { get; }

    internal MatMulParams Parameters { get; }

    internal float* C { get; }

    internal Deadline Deadline { get; }

    internal float* PackedColumns { get; }

    /// <summary>Working memory for one block of columns and, for each thread, one task's rows.</summary>
    internal static ulong ScratchBytes(VectorKernels kernels, in MatMulParams parameters, int threads)
    {
        long rows = PackedRowElements(parameters) * threads;
        return (ulong)(PackedColumnElements(kernels, parameters) + rows) * sizeof(float);
    }

    /// <summary>Packs a panel of rows: f32[depth][<see cref="VectorKernels.TileRows"/>], zeros below the last
    /// row.</summary>
    internal void PackRows(long firstRow, long firstDepth, long depth, float* target)
    {
        for (int row = 0; row < VectorKernels.TileRows; row++)
        {
            bool isRow = firstRow + row < Parameters.M;
            float* source = _a + ((firstRow + row) * _rowStrideA) + (firstDepth * _depthStrideA);
            for (long p = 0; p < depth; p++)
            {
                target[(p * VectorKernels.TileRows) + row] = isRow ? source[p * _depthStrideA] : 0;
            }
        }
    }

    /// <summary>Packs a strip of columns: f32[depth][<see cref="VectorKernels.TileColumns"/>], zeros right of
    /// the last column.</summary>
    internal void PackColumns(long firstColumn, long firstDepth, long depth, float* target)
    {
        int width = Kernels.TileColumns;
        int columns = (int)Math.Min(width, Parameters.N - firstColumn);
        if (columns < width)
        {
            new Span<float>(target, (int)(depth * width)).Clear();
        }

        float* source = _b + (firstDepth * _depthStrideB) + (firstColumn * _columnStrideB);
        if (_columnStrideB == 1)
        {
            for (long p = 0; p < depth; p++)
            {
                new Span<float>(source + (p * _depthStrideB), columns).CopyTo(
                    new Span<float>(target + (p * width), columns));
            }

            return;
        }

        for (int column = 0; column < columns; column++)
        {
            float* sourceColumn = source + (column * _columnStrideB);
            for (long p = 0; p < depth; p++)
            {
                target[(p * width) + column] = sourceColumn[p * _depthStrideB];
            }
        }
    }

    /// <summary>A thread's room for the packed rows of a task.</summary>
    internal float* PackedRowsOf(int slot) => _packedRows + (slot * PackedRowElements(Parameters));

    private static long PackedColumnElements(VectorKernels kernels, in MatMulParams parameters)
    {
        long strips = Chunks.Count(Math.Min(parameters.N, BlockColumns), kernels.TileColumns);
        return strips * kernels.TileColumns * Math.Min(parameters.K, BlockDepth);
    }

    private static long PackedRowElements(in MatMulParams parameters)
    {
        long panels = Chunks.Count(Math.Min(parameters.M, TaskRows), VectorKernels.TileRows);

        // Whole cache lines a thread: no two threads write to the same one.
        long elements = panels * VectorKernels.TileRows * Math.Min(parameters.K, BlockDepth);
        return (elements + 15) / 16 * 16;
    }
}
