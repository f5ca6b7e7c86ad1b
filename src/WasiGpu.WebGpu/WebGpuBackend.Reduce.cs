namespace WasiGpu.WebGpu;

/// <content>reduce.</content>
internal sealed partial class WebGpuBackend
{
    /// <summary>Elements that a workgroup reduces: borders depend on nothing else.</summary>
    private const uint ReduceChunkElements = 16384;

    private const uint ReducePartialBytes = 16;

    /// <inheritdoc/>
    public void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, input, output));
        StartKernel();
        DeviceBuffer source = Own(input).Memory;
        DeviceBuffer target = OwnToWrite(output).Memory;
        (string, double)[] constants = [("op", (double)parameters.Op), ("group_size", GroupSize)];
        KernelPipeline partial = Pipeline("Reduce.wgsl", "partial", constants, "wr");
        KernelPipeline finish = Pipeline("Reduce.wgsl", "finish", constants, "wr");
        ulong chunkCount = Divide(parameters.NElements, ReduceChunkElements);
        ulong partialBytes = (chunkCount + 1) * ReducePartialBytes;
        using ScratchLoan partials = RentScratch(partialBytes);
        BufferView allPartials = Start(partials.Buffer, partialBytes);

        // The variance is that of the differences from the first element, which the first record holds.
        CopyBuffer(new BufferView(source, 0, FloatBytes), new BufferView(partials.Buffer, 0, FloatBytes));
        double elementsPerMs = BytesPerMs / FloatBytes;
        ulong pieceElements = PieceElements(elementsPerMs, ReduceChunkElements);
        for (ulong start = 0; start < parameters.NElements; start += pieceElements)
        {
            ulong count = Math.Min(pieceElements, parameters.NElements - start);
            (uint x, uint y) = Grid(Divide(count, ReduceChunkElements));
            Dispatch(
                partial,
                [(uint)count, (uint)(start / ReduceChunkElements), x, 0],
                [allPartials, Elements(source, start, count)],
                x,
                y,
                count / elementsPerMs);
        }

        Dispatch(
            finish,
            [parameters.NElements, 0, 1, 0],
            [Start(target, FloatBytes), allPartials],
            1,
            1,
            partialBytes / BytesPerMs);
    }
}
