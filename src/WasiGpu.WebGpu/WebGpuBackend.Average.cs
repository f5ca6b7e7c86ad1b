namespace WasiGpu.WebGpu;

/// <content>average.</content>
internal sealed partial class WebGpuBackend
{
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

        uint lanes = UsesThreadsAlone ? 1 : AverageLanes(parameters.NTrees);
        KernelPipeline pipeline = Pipeline(
            "Average.wgsl", "rows", [("lanes", lanes), ("group_size", GroupSize)], "wr");
        pieceRows = Math.Max(pieceRows, 1);
        for (ulong row = 0; row < parameters.NSamples; row += pieceRows)
        {
            uint rows = (uint)Math.Min(pieceRows, parameters.NSamples - row);
            BufferView input = Elements(source, row * length, rows * length, out uint inputStart);
            BufferView results = Elements(target, row, rows, out uint outputStart);
            (uint x, uint y) = Grid(Divide(rows, GroupSize / lanes));
            Dispatch(
                pipeline,
                [rows, parameters.NTrees, inputStart, outputStart, 1, 0, 1, x, 0],
                [results, input],
                x,
                y,
                rows / rowsPerMs);
        }
    }

    /// <summary>Threads that share a row: about 24 elements are worth a thread, in short rows 16.</summary>
    private static uint AverageLanes(uint length)
    {
        return length switch
        {
            < 32 => 1,
            < 48 => 2,
            <= 4096 => Math.Min(1u << (int)uint.Log2(length / 24), 64),
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
                        (uint)chunkCount, (uint)chunk, (uint)chunks, x, 0,
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
                [(uint)rows, parameters.NTrees, 0, rowInView, (uint)chunkCount, 0, 0, finishX, 0],
                [result, allPartials],
                finishX,
                finishY,
                partialBytes / BytesPerMs);
        }
    }
}
