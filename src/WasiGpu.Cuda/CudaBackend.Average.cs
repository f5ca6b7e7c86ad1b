namespace WasiGpu.Cuda;

/// <content>average.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        throw new GpuException(GpuError.KernelError("average is not built for CUDA"));
    }
}
