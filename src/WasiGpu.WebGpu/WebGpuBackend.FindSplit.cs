namespace WasiGpu.WebGpu;

/// <content>FindSplit.</content>
internal sealed partial class WebGpuBackend
{
    /// <inheritdoc/>
    public void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        StartKernel();
        throw new GpuException(GpuError.KernelError("FindSplit is not built yet on webgpu"));
    }
}
