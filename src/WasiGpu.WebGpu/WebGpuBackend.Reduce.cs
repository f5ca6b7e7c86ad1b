namespace WasiGpu.WebGpu;

/// <content>Reduce.</content>
internal sealed partial class WebGpuBackend
{
    /// <inheritdoc/>
    public void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        StartKernel();
        throw new GpuException(GpuError.KernelError("Reduce is not built yet on webgpu"));
    }
}
