namespace WasiGpu.Cuda;

/// <content>bootstrap-sample.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint BootstrapBlockThreads = 256;
    private const uint BootstrapBlockIndices = 16 * BootstrapBlockThreads;

    /// <summary>The high word of the Philox key; others belong to the trees of a forest.</summary>
    private const uint BootstrapStream = 0;

    private static readonly KernelName BootstrapKernel = new("bootstrap-sample", "bootstrap_sample");

    /// <inheritdoc/>
    public void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        Check.Valid(KernelRules.Check(parameters, outputIndices));
        if (parameters.NSamples == 0)
        {
            return;
        }

        ulong count = parameters.NSamples;
        uint rejectedBelow = (uint)((1UL << 32) % parameters.MaxIndex);
        using KernelScope scope = StartKernel(StreamNanoseconds(count * sizeof(uint)));
        KernelArguments arguments = Arguments
            .Add(Output(outputIndices))
            .Add(count)
            .Add(parameters.Seed)
            .Add(BootstrapStream)
            .Add(parameters.MaxIndex)
            .Add(rejectedBelow);
        Launch(BootstrapKernel, BlocksFor(count, BootstrapBlockIndices), BootstrapBlockThreads, arguments);
    }

    /// <summary>How many blocks it takes when each does so much.</summary>
    private static uint BlocksFor(ulong count, uint countOfBlock) => (uint)((count + countOfBlock - 1) / countOfBlock);

    /// <summary>About the time of moving so many bytes through the device's memory, on a slow one.</summary>
    private static long StreamNanoseconds(ulong sizeBytes)
    {
        const ulong BytesPerNanosecond = 200;
        const long LaunchNanoseconds = 5000;
        return (long)(sizeBytes / BytesPerNanosecond) + LaunchNanoseconds;
    }
}
