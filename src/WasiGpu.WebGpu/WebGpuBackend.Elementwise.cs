namespace WasiGpu.WebGpu;

/// <content>Elementwise.</content>
internal sealed partial class WebGpuBackend
{
    /// <inheritdoc/>
    public void Elementwise(
        in ElementwiseParams parameters,
        GpuBuffer inputA,
        GpuBuffer? inputB,
        GpuBuffer output)
    {
        StartKernel();
        throw new GpuException(GpuError.KernelError("Elementwise is not built yet on webgpu"));
    }
}
