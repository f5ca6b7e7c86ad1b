namespace WasiGpu.WebGpu;

/// <content>MatMul.</content>
internal sealed partial class WebGpuBackend
{
    /// <inheritdoc/>
    public void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        StartKernel();
        throw new GpuException(GpuError.KernelError("MatMul is not built yet on webgpu"));
    }
}
