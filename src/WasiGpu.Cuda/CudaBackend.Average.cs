using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>average.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint AverageBlockThreads = 256;
    private const uint AverageShortMostTrees = 16;
    private const uint AverageMiddleMostTrees = 127;
    private const uint AverageLongMostTrees = 8192;
    private const uint AverageMiddleLanes = 8;
    private const uint WarpLanes = 32;

    /// <summary>Blocks beyond these would only wait: the kernels' blocks go on to further rows.</summary>
    private const uint AverageMostBlocks = 1 << 20;

    private static readonly KernelName AverageShortKernel = new("average", "average_short");
    private static readonly KernelName AverageMiddleKernel = new("average", "average_middle");
    private static readonly KernelName AverageLongKernel = new("average", "average_long");
    private static readonly KernelName AveragePartsKernel = new("average", "average_parts");
    private static readonly KernelName AveragePartsFinishKernel = new("average", "average_parts_finish");

    /// <inheritdoc/>
    public void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, treePredictions, output));
        if (parameters.NSamples == 0 || parameters.NTrees == 0)
        {
            return;
        }

        ulong rows = parameters.NSamples;
        uint trees = parameters.NTrees;
        bool isLong = trees > AverageLongMostTrees;
        bool isInPlace = ReferenceEquals(treePredictions, output);
        ulong parts = isLong ? rows * BlocksFor(trees, AverageLongMostTrees) : 0;
        ulong meansBytes = isInPlace ? rows * sizeof(float) : 0;

        using KernelScope scope = StartKernel(StreamNanoseconds(rows * trees * sizeof(float)));
        ulong input = Input(treePredictions);
        ulong result = Output(output);
        ulong scratchBytes = (parts * sizeof(double)) + meansBytes;
        ulong scratch = scratchBytes > 0 ? Scratch(scratchBytes) : 0;

        // Where the output is the input too, rows that are still to be read must not be overwritten.
        ulong means = isInPlace ? scratch + (parts * sizeof(double)) : result;
        if (isLong)
        {
            AverageParts(input, scratch, means, rows, trees, parts);
        }
        else
        {
            AverageRows(input, means, rows, trees);
        }

        if (isInPlace)
        {
            _context.Ok(CudaDriver.cuMemcpyDtoDAsync_v2(result, means, (nuint)meansBytes, _queue.Stream));
        }
    }

    private void AverageRows(ulong input, ulong means, ulong rows, uint trees)
    {
        (KernelName kernel, uint lanes) = trees switch
        {
            <= AverageShortMostTrees => (AverageShortKernel, 1U),
            <= AverageMiddleMostTrees => (AverageMiddleKernel, AverageMiddleLanes),
            _ => (AverageLongKernel, WarpLanes),
        };
        uint blocks = BlocksFor(rows, AverageBlockThreads / lanes);

        // The short form has a thread for each row.
        blocks = lanes == 1 ? blocks : Math.Min(blocks, AverageMostBlocks);
        Launch(kernel, blocks, AverageBlockThreads, Arguments.Add(input).Add(means).Add(rows).Add(trees));
    }

    private void AverageParts(ulong input, ulong sums, ulong means, ulong rows, uint trees, ulong parts)
    {
        uint blocks = (uint)Math.Min(parts, AverageMostBlocks);
        Launch(
            AveragePartsKernel,
            blocks,
            AverageBlockThreads,
            Arguments.Add(input).Add(sums).Add(rows).Add(trees));
        blocks = Math.Min(BlocksFor(rows, AverageBlockThreads / WarpLanes), AverageMostBlocks);
        Launch(
            AveragePartsFinishKernel,
            blocks,
            AverageBlockThreads,
            Arguments.Add(sums).Add(means).Add(rows).Add(trees));
    }
}
