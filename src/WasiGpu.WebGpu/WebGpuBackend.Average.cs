namespace WasiGpu.WebGpu;

/// <content>Average.</content>
internal sealed partial class WebGpuBackend
{
    /// <inheritdoc/>
    public void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        StartKernel();
        throw new GpuException(GpuError.KernelError("Average is not built yet on webgpu"));
    }
}
