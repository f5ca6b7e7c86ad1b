namespace WasiGpu.Cuda;

/// <content>find-split.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        throw new GpuException(GpuError.KernelError("find-split is not built for CUDA"));
    }
}
