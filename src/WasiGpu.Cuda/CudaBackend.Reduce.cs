namespace WasiGpu.Cuda;

/// <content>reduce.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint ReduceBlockThreads = 256;
    private const uint ReduceTileElements = 16 * ReduceBlockThreads;
    private const uint ReducePartialBytes = 24;

    /// <summary>
    /// The most blocks that share the elements: four for each multiprocessor of an H100. The order of the additions
    /// follows from it, so it is the same on every device.
    /// </summary>
    private const uint ReduceMostBlocks = 528;

    private static readonly KernelName SumKernel = new("reduce", "reduce_sum");
    private static readonly KernelName SumFinishKernel = new("reduce", "reduce_sum_finish");
    private static readonly KernelName SumFewKernel = new("reduce", "reduce_sum_few");
    private static readonly KernelName MaxKernel = new("reduce", "reduce_max");
    private static readonly KernelName MaxFinishKernel = new("reduce", "reduce_max_finish");
    private static readonly KernelName MaxFewKernel = new("reduce", "reduce_max_few");
    private static readonly KernelName MinKernel = new("reduce", "reduce_min");
    private static readonly KernelName MinFinishKernel = new("reduce", "reduce_min_finish");
    private static readonly KernelName MinFewKernel = new("reduce", "reduce_min_few");
    private static readonly KernelName VarianceKernel = new("reduce", "reduce_variance");
    private static readonly KernelName VarianceFinishKernel = new("reduce", "reduce_variance_finish");
    private static readonly KernelName VarianceFewKernel = new("reduce", "reduce_variance_few");

    /// <inheritdoc/>
    public void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, input, output));
        ulong count = parameters.NElements;
        uint blocks = Math.Min(BlocksFor(count, ReduceTileElements), ReduceMostBlocks);
        bool isFew = blocks == 1;
        (KernelName first, KernelName finish) = parameters.Op switch
        {
            ReduceOp.Max => (MaxKernel, isFew ? MaxFewKernel : MaxFinishKernel),
            ReduceOp.Min => (MinKernel, isFew ? MinFewKernel : MinFinishKernel),
            ReduceOp.Variance => (VarianceKernel, isFew ? VarianceFewKernel : VarianceFinishKernel),
            _ => (SumKernel, isFew ? SumFewKernel : SumFinishKernel),
        };

        using KernelScope scope = StartKernel(StreamNanoseconds(count * sizeof(float)));
        ulong from = Input(input);
        KernelArguments arguments;
        if (isFew)
        {
            arguments = Arguments.Add(from).Add(count);
        }
        else
        {
            ulong partials = Scratch(ReduceMostBlocks * ReducePartialBytes);
            Launch(first, blocks, ReduceBlockThreads, Arguments.Add(from).Add(partials).Add(count));
            arguments = Arguments.Add(partials).Add(blocks);
        }

        if (parameters.Op is not (ReduceOp.Max or ReduceOp.Min))
        {
            _ = arguments.Add(parameters.Op == ReduceOp.Sum ? 1.0 : count);
        }

        // The input is read by the time the result is written: the output may be the same buffer.
        Launch(finish, 1, ReduceBlockThreads, arguments.Add(Output(output)));
    }
}
