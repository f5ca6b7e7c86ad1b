namespace WasiGpu.Cuda;

/// <content>batch-predict.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        throw new GpuException(GpuError.KernelError("batch-predict is not built for CUDA"));
    }
}
