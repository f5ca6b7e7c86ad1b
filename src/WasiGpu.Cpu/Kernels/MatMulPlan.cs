namespace WasiGpu.Cpu;

/// <summary>
/// A blocked matrix product (Goto and van de Geijn, 2008): strips of columns of op(b) and panels of rows of
/// op(a) are packed, each tile of c stays in registers for a step of depth. The bits of an element depend on
/// its row, its column and the depth alone, not on how tiles are cut or who computes them.
/// </summary>
internal readonly unsafe struct MatMulPlan
{
    /// <summary>Depth that is summed in registers. More reads c less often; the packed rows of a task and a strip
    /// of columns still stay in the second cache.</summary>
    internal const long StepDepth = 512;

    /// <summary>Columns packed at once.</summary>
    internal const long BlockColumns = 4096;

    /// <summary>Elements packed at once, 8 MiB: threads meet twice a block, so that blocks are large.</summary>
    private const long BlockElements = 2 << 20;

    private readonly long _rowStrideA;
    private readonly long _depthStrideA;
    private readonly long _depthStrideB;
    private readonly long _columnStrideB;
    private readonly float* _a;
    private readonly float* _b;
    private readonly float* _packedRows;
    private readonly float* _packedColumns;

    internal MatMulPlan(
        VectorKernels kernels,
        in MatMulParams parameters,
        float* a,
        float* b,
        float* c,
        int threads,
        byte* scratch,
        Deadline deadline)
    {
        Kernels = kernels;
        Parameters = parameters;
        _a = a;
        _b = b;
        C = c;
        Threads = threads;
        Deadline = deadline;
        (_rowStrideA, _depthStrideA) = parameters.TransA ? (1L, (long)parameters.M) : (parameters.K, 1L);
        (_depthStrideB, _columnStrideB) = parameters.TransB ? (1L, (long)parameters.K) : (parameters.N, 1L);
        _packedColumns = (float*)scratch;
        _packedRows = _packedColumns + PackedColumnElements(kernels, parameters);
    }

    internal VectorKernels Kernels { get; }

    internal MatMulParams Parameters { get; }

    internal float* C { get; }

    internal int Threads { get; }

    internal Deadline Deadline { get; }

    /// <summary>Panels of all rows.</summary>
    internal long PanelCount => Chunks.Count(Parameters.M, Kernels.TileRows);

    /// <summary>Depth of a block: whole steps, but for the last block.</summary>
    internal static long BlockDepth(in MatMulParams parameters)
    {
        long columns = Math.Min(parameters.N, BlockColumns);
        return Math.Min(parameters.K, Math.Max(BlockElements / columns / StepDepth, 1) * StepDepth);
    }

    /// <summary>Working memory for one block of columns and, for each thread, one task's rows.</summary>
    internal static ulong ScratchBytes(VectorKernels kernels, in MatMulParams parameters, int threads)
    {
        long rows = PackedRowElements(kernels, parameters) * threads;
        return (ulong)(PackedColumnElements(kernels, parameters) + rows) * sizeof(float);
    }

    /// <summary>Strips of a block.</summary>
    internal long StripCount(in MatMulBlock block) => Chunks.Count(block.Columns, Kernels.TileColumns);

    /// <summary>Where a strip of a step of the block is packed.</summary>
    internal float* PackedStrip(in MatMulBlock block, long step, long strip)
    {
        long width = Kernels.TileColumns;
        long depth = Chunks.Length(step, block.Depth, StepDepth);
        return _packedColumns + (step * StepDepth * StripCount(block) * width) + (strip * width * depth);
    }

    /// <summary>Packs panels of rows, f32[depth][<see cref="VectorKernels.TileRows"/>] each, zeros below the last
    /// row.</summary>
    internal void PackRows(long firstPanel, long endPanel, long firstDepth, long depth, float* target)
    {
        int height = Kernels.TileRows;
        long row = firstPanel * height;
        long rows = Math.Min(endPanel * height, Parameters.M) - row;
        float* source = _a + (row * _rowStrideA) + (firstDepth * _depthStrideA);
        PanelPacking.Pack(source, _rowStrideA, _depthStrideA, rows, height, depth, target);
    }

    /// <summary>Packs strips of a block's columns, f32[depth][<see cref="VectorKernels.TileColumns"/>] each, zeros
    /// right of the last column.</summary>
    internal void PackColumns(in MatMulBlock block, long step, long firstStrip, long endStrip)
    {
        int width = Kernels.TileColumns;
        long column = block.FirstColumn + (firstStrip * width);
        long columns = Math.Min(endStrip * width, block.Columns) - (firstStrip * width);
        long firstDepth = block.FirstDepth + (step * StepDepth);
        long depth = Chunks.Length(step, block.Depth, StepDepth);
        float* source = _b + (firstDepth * _depthStrideB) + (column * _columnStrideB);
        float* target = PackedStrip(block, step, firstStrip);
        PanelPacking.Pack(source, _columnStrideB, _depthStrideB, columns, width, depth, target);
    }

    /// <summary>A thread's room for the packed rows of a task.</summary>
    internal float* PackedRowsOf(int slot) => _packedRows + (slot * PackedRowElements(Kernels, Parameters));

    private static long PackedColumnElements(VectorKernels kernels, in MatMulParams parameters)
    {
        long strips = Chunks.Count(Math.Min(parameters.N, BlockColumns), kernels.TileColumns);
        return strips * kernels.TileColumns * BlockDepth(parameters);
    }

    private static long PackedRowElements(VectorKernels kernels, in MatMulParams parameters)
    {
        long panels = Math.Min(Chunks.Count(parameters.M, kernels.TileRows), MatMulTasks.MaxPanels);

        // Whole cache lines a thread: no two threads write to the same one.
        long elements = panels * kernels.TileRows * Math.Min(parameters.K, StepDepth);
        return (elements + 15) / 16 * 16;
    }
}
