namespace WasiGpu.WebGpu;

/// <content>bootstrap-sample.</content>
internal sealed partial class WebGpuBackend
{
    /// <summary>Indices that a thread of the kernel draws.</summary>
    private const uint BootstrapThreadIndices = 8;

    /// <summary>Integer operations that an index takes, redrawn ones included.</summary>
    private const double BootstrapOperations = 150;

    /// <inheritdoc/>
    public void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        Check.Valid(KernelRules.Check(parameters, outputIndices));
        StartKernel();
        DeviceBuffer target = OwnToWrite(outputIndices).Memory;
        uint rejectionLimit = (uint)((1UL << 32) % parameters.MaxIndex);
        KernelPipeline pipeline =
            Pipeline("BootstrapSample.wgsl", "sample", [("group_size", GroupSize)], "w");
        double indicesPerMs = OperationsPerMs / BootstrapOperations;
        ulong pieceElements = PieceElements(indicesPerMs, ViewAlignment / FloatBytes);
        for (ulong start = 0; start < parameters.NSamples; start += pieceElements)
        {
            ulong count = Math.Min(pieceElements, parameters.NSamples - start);
            (uint x, uint y) = Grid(Divide(count, GroupSize * BootstrapThreadIndices));
            Dispatch(
                pipeline,
                [(uint)count, parameters.Seed, parameters.MaxIndex, rejectionLimit, (uint)start, x],
                [Elements(target, start, count)],
                x,
                y,
                count / indicesPerMs);
        }
    }
}
