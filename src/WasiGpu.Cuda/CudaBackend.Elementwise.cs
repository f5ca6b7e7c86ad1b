namespace WasiGpu.Cuda;

/// <content>elementwise.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint ElementwiseBlockThreads = 128;
    private const uint ElementwiseBlockElements = 8 * ElementwiseBlockThreads;

    /// <summary>By the number of the operation.</summary>
    private static readonly KernelName[] ElementwiseKernels =
    [
        new("elementwise", "elementwise_relu"),
        new("elementwise", "elementwise_sigmoid"),
        new("elementwise", "elementwise_tanh"),
        new("elementwise", "elementwise_add"),
        new("elementwise", "elementwise_mul"),
        new("elementwise", "elementwise_sqrt"),
        new("elementwise", "elementwise_exp"),
        new("elementwise", "elementwise_log"),
    ];

    /// <inheritdoc/>
    public void Elementwise(
        in ElementwiseParams parameters,
        GpuBuffer inputA,
        GpuBuffer? inputB,
        GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, inputA, inputB, output));
        if (parameters.NElements == 0)
        {
            return;
        }

        // Each thread loads its elements before it stores them: an output that is an input needs no care.
        ulong count = parameters.NElements;
        ulong operands = parameters.IsBinary ? 3UL : 2;
        using KernelScope scope = StartKernel(StreamNanoseconds(operands * count * sizeof(float)));
        KernelArguments arguments = Arguments.Add(Input(inputA));
        if (parameters.IsBinary)
        {
            _ = arguments.Add(Input(inputB!));
        }

        Launch(
            ElementwiseKernels[(int)parameters.Op],
            BlocksFor(count, ElementwiseBlockElements),
            ElementwiseBlockThreads,
            arguments.Add(Output(output)).Add(count));
    }
}
