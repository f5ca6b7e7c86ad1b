namespace WasiGpu.Cuda;

/// <content>bootstrap-sample.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        throw new GpuException(GpuError.KernelError("bootstrap-sample is not built for CUDA"));
    }
}
