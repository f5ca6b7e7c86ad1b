namespace WasiGpu.WebGpu;

/// <content>average.</content>
internal sealed partial class WebGpuBackend
{
    /// <summary>Rows up to this length are copied to workgroup memory.</summary>
    private const uint AverageShortRow = 32;

    private const uint AverageTileElements = 4096;

    /// <summary>Threads of a workgroup for short rows: it has few rows, and a thread has a row for itself.
    /// </summary>
    private const uint AverageShortGroupSize = 64;

    /// <summary>Longer rows are divided into chunks of this length.</summary>
    private const uint AverageChunkElements = 16384;

    private const uint AveragePartialBytes = 8;

    /// <inheritdoc/>
    public void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, treePredictions, output));
        StartKernel();
        if (parameters.NSamples == 0 || parameters.NTrees == 0)
        {
            return;
        }

        DeviceBuffer source = Own(treePredictions).Memory;
        DeviceBuffer target = OwnToWrite(output).Memory;
        if (!ReferenceEquals(source, target))
        {
            AverageRows(parameters, source, target);
            return;
        }

        ulong outputBytes = (ulong)parameters.NSamples * FloatBytes;
        using ScratchLoan apart = RentScratch(outputBytes);
        AverageRows(parameters, source, apart.Buffer);
        CopyBuffer(new BufferView(apart.Buffer, 0, outputBytes), new BufferView(target, 0, outputBytes));
    }

    private void AverageRows(in AverageParams parameters, DeviceBuffer source, DeviceBuffer target)
    {
        ulong length = parameters.NTrees;
        double rowsPerMs = BytesPerMs / FloatBytes / (length + 1);
        ulong pieceRows = Math.Min(MaxViewElements / length, (ulong)(rowsPerMs * DispatchMs));
        if (length > AverageChunkElements)
        {
            AverageChunkedRows(parameters, source, target, Math.Max(pieceRows, 1));
            return;
        }

        bool isShort = length <= AverageShortRow && !UsesThreadsAlone;
        uint lanes = isShort || UsesThreadsAlone ? 1 : AverageLanes(parameters.NTrees);
        uint tileRows = isShort ? AverageTileElements / parameters.NTrees & ~3u : GroupSize / lanes;
        KernelPipeline pipeline = Pipeline(
            "Average.wgsl",
            isShort ? "short_rows" : "long_rows",
            [("lanes", lanes), ("group_size", isShort ? AverageShortGroupSize : GroupSize)],
            "wr");

        // So many rows begin where a view may, whatever their length.
        ulong step = ViewAlignment / FloatBytes;
        pieceRows = Math.Max(pieceRows / step, 1) * step;
        for (ulong row = 0; row < parameters.NSamples; row += pieceRows)
        {
            uint rows = (uint)Math.Min(pieceRows, parameters.NSamples - row);
            (uint x, uint y) = Grid(Divide(rows, tileRows));
            Dispatch(
                pipeline,
                [rows, parameters.NTrees, 0, 0, 1, 0, 1, x, tileRows, 0],
                [Elements(target, row, rows), Elements(source, row * length, rows * length)],
                x,
                y,
                rows / rowsPerMs);
        }
    }

    /// <summary>Threads that share a row; they take turns in reading its elements. Up to 256 elements a turn is enough.
    /// </summary>
    private static uint AverageLanes(uint length)
    {
        return length switch
        {
            <= 60 => 4,
            <= 124 => 8,
            <= 252 => 16,
            <= 1024 => 32,
            <= 4096 => 64,
            _ => GroupSize,
        };
    }

    private void AverageChunkedRows(
        in AverageParams parameters,
        DeviceBuffer source,
        DeviceBuffer target,
        ulong pieceRows)
    {
        (string, double)[] constants = [("lanes", GroupSize), ("group_size", GroupSize)];
        KernelPipeline partial = Pipeline("Average.wgsl", "chunk_of_row", constants, "wr");
        KernelPipeline finish = Pipeline("Average.wgsl", "finish", constants, "wr");
        ulong length = parameters.NTrees;
        ulong chunkCount = Divide(length, AverageChunkElements);
        pieceRows = Math.Min(pieceRows, parameters.NSamples);

        // A row that is too much for one dispatch is divided between chunks.
        ulong pieceChunks = pieceRows > 1
            ? chunkCount
            : PieceElements(BytesPerMs / FloatBytes, AverageChunkElements) / AverageChunkElements;
        ulong partialBytes = pieceRows * chunkCount * AveragePartialBytes;
        using ScratchLoan partials = RentScratch(partialBytes);
        BufferView allPartials = Start(partials.Buffer, partialBytes);
        for (ulong row = 0; row < parameters.NSamples; row += pieceRows)
        {
            ulong rows = Math.Min(pieceRows, parameters.NSamples - row);
            for (ulong chunk = 0; chunk < chunkCount; chunk += pieceChunks)
            {
                ulong chunks = Math.Min(pieceChunks, chunkCount - chunk);
                ulong start = (row * length) + (chunk * AverageChunkElements);
                ulong end = chunks == chunkCount
                    ? (row + rows) * length
                    : (row * length) + Math.Min((chunk + chunks) * AverageChunkElements, length);
                BufferView view = Elements(source, start, end - start, out uint startInView);
                (uint x, uint y) = Grid(rows * chunks);
                Dispatch(
                    partial,
                    [
                        (uint)rows, parameters.NTrees, startInView, 0,
                        (uint)chunkCount, (uint)chunk, (uint)chunks, x, 0, 0,
                    ],
                    [allPartials, view],
                    x,
                    y,
                    (end - start) * FloatBytes / BytesPerMs);
            }

            BufferView result = Elements(target, row, rows, out uint rowInView);
            (uint finishX, uint finishY) = Grid(rows);
            Dispatch(
                finish,
                [(uint)rows, parameters.NTrees, 0, rowInView, (uint)chunkCount, 0, 0, finishX, 0, 0],
                [result, allPartials],
                finishX,
                finishY,
                partialBytes / BytesPerMs);
        }
    }
}
