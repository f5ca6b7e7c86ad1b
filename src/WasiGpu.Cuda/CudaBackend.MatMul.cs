namespace WasiGpu.Cuda;

/// <content>matmul: cuBLAS where there is one, else this library's own kernel.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        throw new GpuException(GpuError.KernelError("matmul is not built for CUDA"));
    }
}
