namespace WasiGpu.Cuda;

/// <content>Transfers between the host's memory and buffers.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public void Write(GpuBuffer target, ulong offset, HostRange source)
    {
        throw new GpuException(GpuError.KernelError("transfers are not built for CUDA"));
    }

    /// <inheritdoc/>
    public void Read(GpuBuffer source, ulong offset, HostRange target)
    {
        throw new GpuException(GpuError.KernelError("transfers are not built for CUDA"));
    }

    /// <inheritdoc/>
    public void Copy(GpuBuffer source, ulong sourceOffset, GpuBuffer target, ulong targetOffset, ulong sizeBytes)
    {
        throw new GpuException(GpuError.KernelError("copies are not built for CUDA"));
    }
}
