namespace WasiGpu.WebGpu;

/// <content>BatchPredict.</content>
internal sealed partial class WebGpuBackend
{
    /// <inheritdoc/>
    public void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        StartKernel();
        throw new GpuException(GpuError.KernelError("BatchPredict is not built yet on webgpu"));
    }
}
