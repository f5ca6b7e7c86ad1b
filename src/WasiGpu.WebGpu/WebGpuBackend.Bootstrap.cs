namespace WasiGpu.WebGpu;

/// <content>Bootstrap.</content>
internal sealed partial class WebGpuBackend
{
    /// <inheritdoc/>
    public void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        StartKernel();
        throw new GpuException(GpuError.KernelError("Bootstrap is not built yet on webgpu"));
    }
}
