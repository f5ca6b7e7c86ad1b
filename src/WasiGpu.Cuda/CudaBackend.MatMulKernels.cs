namespace WasiGpu.Cuda;

/// <content>matmul by this library's own kernels.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <summary>Launches a part of a product, inside a kernel scope.</summary>
    private void LaunchMultiply(in MatMulPart part)
    {
        throw new GpuException(GpuError.KernelError(
            $"the matrix product without cuBLAS is not built for {_device.Info.Id}: {part.M}x{part.K}x{part.N}"));
    }

    /// <summary>Launches <c>c = beta * c</c>, for a beta that is neither 0 nor 1, inside a kernel scope.</summary>
    private void LaunchScale(ulong c, ulong count, float beta)
    {
        throw new GpuException(GpuError.KernelError(
            $"the scaling of a matrix is not built for {_device.Info.Id}: {count} by {beta} at {c}"));
    }
}
