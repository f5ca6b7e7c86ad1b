namespace WasiGpu.Cuda;

/// <content>matmul by this library's own kernels.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <summary>
    /// Launches <c>c = alpha * op(a) * op(b) + beta * c</c> for some rows of c, inside a kernel scope. Alpha is not 0,
    /// no dimension is; where beta is 0, c is not read.
    /// </summary>
    /// <param name="parameters">The whole product.</param>
    /// <param name="firstRow">The first row of c to compute.</param>
    /// <param name="rowCount">How many.</param>
    /// <param name="a">The operand's address, of its first element.</param>
    /// <param name="b">The same.</param>
    /// <param name="c">The same.</param>
    private void LaunchMultiply(in MatMulParams parameters, uint firstRow, uint rowCount, ulong a, ulong b, ulong c)
    {
        throw new GpuException(GpuError.KernelError($"the own matrix product is not built for {_device.Info.Id}"));
    }

    /// <summary>Launches <c>c = beta * c</c>, for a beta that is neither 0 nor 1, inside a kernel scope.</summary>
    private void LaunchScale(ulong c, ulong count, float beta)
    {
        throw new GpuException(GpuError.KernelError($"the scaling of a matrix is not built for {_device.Info.Id}"));
    }
}
