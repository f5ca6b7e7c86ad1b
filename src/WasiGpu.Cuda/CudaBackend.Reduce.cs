namespace WasiGpu.Cuda;

/// <content>reduce.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        throw new GpuException(GpuError.KernelError("reduce is not built for CUDA"));
    }
}
