namespace WasiGpu.Cuda;

/// <content>elementwise.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public void Elementwise(
        in ElementwiseParams parameters,
        GpuBuffer inputA,
        GpuBuffer? inputB,
        GpuBuffer output)
    {
        throw new GpuException(GpuError.KernelError("elementwise is not built for CUDA"));
    }
}
