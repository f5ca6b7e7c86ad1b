namespace WasiGpu.WebGpu;

/// <content>matmul.</content>
internal sealed partial class WebGpuBackend
{
    /// <summary>The most terms that one dispatch adds: it bounds the time of a single tile.</summary>
    private const uint MatMulMaxDepth = 16384;

    /// <summary>A workgroup has the square of so many threads; smaller ones only serve tests, on software
    /// drivers that take minutes to compile the kernels for more.</summary>
    internal const uint MatMulSide = 16;

    /// <summary>Rows and columns of results that blocks are multiples of: those of the largest tile.</summary>
    private const uint MatMulTile = 8 * MatMulSide;

    /// <summary>With fewer large tiles a large GPU would be idle in part.</summary>
    private const ulong MatMulMinLargeTiles = 128;

    /// <inheritdoc/>
    public void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        Check.Valid(KernelRules.Check(parameters, a, b, c));
        StartKernel();
        DeviceBuffer target = OwnToWrite(c).Memory;
        if (parameters.M == 0 || parameters.N == 0)
        {
            return;
        }

        if (parameters.K == 0 || parameters.Alpha == 0)
        {
            ScaleProduct(parameters, target);
        }
        else
        {
            MultiplyBlocks(parameters, Own(a).Memory, Own(b).Memory, target);
        }
    }

    private void ScaleProduct(in MatMulParams parameters, DeviceBuffer target)
    {
        KernelPipeline pipeline =
            Pipeline("MatMul.wgsl", "scale", MatMulConstants(parameters, false, false), "w");
        ulong elementCount = (ulong)parameters.M * parameters.N;
        double elementsPerMs = BytesPerMs / (2 * FloatBytes);
        ulong pieceElements = PieceElements(elementsPerMs, ViewAlignment / FloatBytes);
        for (ulong start = 0; start < elementCount; start += pieceElements)
        {
            ulong count = Math.Min(pieceElements, elementCount - start);
            (uint x, uint y) = Grid(Divide(count, GroupSize));
            Dispatch(
                pipeline,
                [0, (uint)count, 0, 0, 0, 0, 0, 0, 0, 0, Bits(parameters.Beta), x],
                [Elements(target, start, count)],
                x,
                y,
                count / elementsPerMs);
        }
    }

    private void MultiplyBlocks(in MatMulParams parameters, DeviceBuffer a, DeviceBuffer b, DeviceBuffer c)
    {
        MatMulBlock whole = new(0, 0, 0, parameters.M, parameters.N, parameters.K);
        MatMulBlock size = MatMulBlockSize(parameters);
        for (ulong row = 0; row < parameters.M; row += size.M)
        {
            for (ulong column = 0; column < parameters.N; column += size.N)
            {
                for (ulong depth = 0; depth < parameters.K; depth += size.K)
                {
                    // The first block of terms replaces c, the others add to it.
                    float beta = depth == 0 ? parameters.Beta : 1;
                    MultiplyBlock(parameters, size.At(row, column, depth, whole), beta, a, b, c);
                }
            }
        }
    }

    private void MultiplyBlock(
        in MatMulParams parameters,
        MatMulBlock block,
        float beta,
        DeviceBuffer a,
        DeviceBuffer b,
        DeviceBuffer c)
    {
        ulong rowA = parameters.TransA ? parameters.M : parameters.K;
        ulong rowB = parameters.TransB ? parameters.K : parameters.N;
        BufferView viewA = parameters.TransA
            ? Part(a, rowA, block.Depth, block.Row, block.K, block.M, out uint startA)
            : Part(a, rowA, block.Row, block.Depth, block.M, block.K, out startA);
        BufferView viewB = parameters.TransB
            ? Part(b, rowB, block.Column, block.Depth, block.N, block.K, out uint startB)
            : Part(b, rowB, block.Depth, block.Column, block.K, block.N, out startB);
        BufferView viewC =
            Part(c, parameters.N, block.Row, block.Column, block.M, block.N, out uint startC);
        (string entry, ulong groups) = MatMulForm(block);
        KernelPipeline pipeline = Pipeline(
            "MatMul.wgsl",
            entry,
            MatMulConstants(parameters, IsAligned(rowA, startA), IsAligned(rowB, startB)),
            "wrr");
        (uint x, uint y) = Grid(groups);
        Dispatch(
            pipeline,
            [
                (uint)block.M, (uint)block.N, (uint)block.K,
                (uint)rowA, (uint)rowB, parameters.N,
                startA, startB, startC,
                Bits(parameters.Alpha), Bits(beta), x,
            ],
            [viewC, viewA, viewB],
            x,
            y,
            block.Operations / OperationsPerMs);
    }

    private (string, double)[] MatMulConstants(
        in MatMulParams parameters,
        bool isAlignedA,
        bool isAlignedB)
    {
        return
        [
            ("side", _device.MatMulSide),
            ("trans_a", parameters.TransA ? 1 : 0),
            ("trans_b", parameters.TransB ? 1 : 0),
            ("is_aligned_a", isAlignedA ? 1 : 0),
            ("is_aligned_b", isAlignedB ? 1 : 0),
        ];
    }

    private (string Entry, ulong Groups) MatMulForm(MatMulBlock block)
    {
        if (UsesThreadsAlone)
        {
            // 64 threads of 4 x 4 results.
            return ("blocks", Divide(Divide(block.M, 4) * Divide(block.N, 4), 64));
        }

        uint largeTile = 8 * _device.MatMulSide;
        uint smallTile = 4 * _device.MatMulSide;
        ulong largeTiles = Divide(block.M, largeTile) * Divide(block.N, largeTile);
        bool isLarge = _form is null ? largeTiles >= MatMulMinLargeTiles : _form == "large";
        return isLarge
            ? ("large_tiles", largeTiles)
            : ("small_tiles", Divide(block.M, smallTile) * Divide(block.N, smallTile));
    }

    /// <summary>The shape of what one dispatch multiplies, by time and by what views can show.</summary>
    private MatMulBlock MatMulBlockSize(in MatMulParams parameters)
    {
        ulong k = Math.Min(parameters.K, IsSoftware ? 2048 : MatMulMaxDepth);
        ulong n = parameters.N;
        ulong most = MaxViewElements;
        double results = OperationsPerMs * DispatchMs / (2.0 * k);
        ulong tile = IsSoftware ? 4 : MatMulTile;
        if (results / n < tile)
        {
            n = Math.Min(n, RoundUp((ulong)(results / tile) + 1, tile));
        }

        ulong m = Math.Min(parameters.M, Math.Max((ulong)(results / n) / tile, 1) * tile);

        // A part of a matrix spans whole rows but for its last: fewer of them, then less of one.
        ulong rowA = parameters.TransA ? parameters.M : parameters.K;
        ulong rowB = parameters.TransB ? parameters.K : parameters.N;
        (k, m) = parameters.TransA ? Fit(k, m, rowA) : Swap(Fit(m, k, rowA));
        (k, n) = parameters.TransB ? Swap(Fit(n, k, rowB)) : Fit(k, n, rowB);
        (m, n) = Fit(m, n, parameters.N);
        return new MatMulBlock(0, 0, 0, m, n, k);

        (ulong Rows, ulong Columns) Fit(ulong rows, ulong columns, ulong row)
        {
            columns = Math.Min(columns, most / 128 * 128);
            ulong fitting = columns == most ? 1 : ((most - columns) / row) + 1;
            return (fitting >= rows ? rows : Math.Max(fitting / 128 * 128, Math.Min(fitting, 4)), columns);
        }

        static (ulong First, ulong Second) Swap((ulong First, ulong Second) pair) =>
            (pair.Second, pair.First);
    }

    /// <summary>The view of a part of a row-major matrix.</summary>
    private static BufferView Part(
        DeviceBuffer buffer,
        ulong rowElements,
        ulong row,
        ulong column,
        ulong rows,
        ulong columns,
        out uint startInView)
    {
        return Elements(
            buffer, (row * rowElements) + column, ((rows - 1) * rowElements) + columns, out startInView);
    }

    private static bool IsAligned(ulong rowElements, uint start) => rowElements % 4 == 0 && start % 4 == 0;

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
