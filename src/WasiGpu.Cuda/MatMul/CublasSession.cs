using System.Runtime.InteropServices;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// cuBLAS for one session: a handle and working memory of its own, so that results do not depend on who else runs.
/// The working memory counts in the device's budget and is given up first, like all of it.
/// </summary>
internal sealed unsafe class CublasSession
{
    private const int StatusSuccess = 0;
    private const int StatusAllocFailed = 3;

    // cuBLAS's own defaults: 32 MiB from compute capability 9.0 on, 4 MiB before.
    private const ulong LargeWorkspaceBytes = 32 << 20;
    private const ulong SmallWorkspaceBytes = 4 << 20;

    private readonly CudaDevice _device;
    private readonly WorkQueue _queue;
    private readonly nint _handle;
    private DroppableBlock? _workspace;

    /// <summary>Creates the handle; the context is current.</summary>
    /// <exception cref="GpuException">cuBLAS refuses.</exception>
    internal CublasSession(CudaDevice device, WorkQueue queue, MatMulPrecision precision)
    {
        _device = device;
        _queue = queue;
        nint handle;
        ThrowIfFailed(Cublas.cublasCreate_v2(&handle), nameof(Cublas.cublasCreate_v2));
        _handle = handle;
        try
        {
            ThrowIfFailed(Cublas.cublasSetStream_v2(handle, queue.Stream), nameof(Cublas.cublasSetStream_v2));
            int mode = precision == MatMulPrecision.TensorFloat32 ? Cublas.Tf32TensorOpMath : Cublas.DefaultMath;
            ThrowIfFailed(Cublas.cublasSetMathMode(handle, mode), nameof(Cublas.cublasSetMathMode));
        }
        catch
        {
            _ = Cublas.cublasDestroy_v2(handle);
            throw;
        }
    }

    /// <summary>Takes the working memory, allocating it anew where it was given up.</summary>
    /// <exception cref="GpuException">There is no memory for it.</exception>
    internal void TakeWorkspace()
    {
        if (_workspace is { } kept)
        {
            if (kept.TryUse())
            {
                return;
            }

            _workspace = null;
            _device.DeviceMemory.Free(kept);
        }

        ulong sizeBytes = _device.Capability >= 90 ? LargeWorkspaceBytes : SmallWorkspaceBytes;
        DroppableBlock block = _device.DeviceMemory.AllocateDroppable(sizeBytes, _queue);
        _workspace = block;
        ThrowIfFailed(
            Cublas.cublasSetWorkspace_v2(_handle, block.Pointer, (nuint)sizeBytes),
            nameof(Cublas.cublasSetWorkspace_v2));
    }

    /// <summary>Lets others have the working memory once the queued products are done.</summary>
    internal void ReleaseWorkspace() => _workspace?.EndUse();

    /// <summary>
    /// Queues <c>c = alpha * op(a) * op(b) + beta * c</c> of row-major matrices. To cuBLAS, which thinks in columns,
    /// each of them is its transpose, and <c>c'</c> is <c>op(b)' * op(a)'</c>: the operands change places.
    /// </summary>
    /// <exception cref="GpuException">cuBLAS refuses.</exception>
    internal void Multiply(in MatMulPart part)
    {
        float alpha = part.Alpha;
        float beta = part.Beta;
        int status = Cublas.cublasSgemm_v2_64(
            _handle,
            part.TransB ? Cublas.OperationT : Cublas.OperationN,
            part.TransA ? Cublas.OperationT : Cublas.OperationN,
            part.N,
            part.M,
            part.K,
            &alpha,
            part.B,
            part.RowStrideB,
            part.A,
            part.RowStrideA,
            &beta,
            part.C,
            part.N);
        ThrowIfFailed(status, nameof(Cublas.cublasSgemm_v2_64));
    }

    /// <summary>Frees the working memory, and the handle where the stream is idle: cuBLAS waits for it.</summary>
    internal void Free(bool isIdle)
    {
        if (_workspace is { } block)
        {
            _device.DeviceMemory.Free(block);
        }

        if (isIdle && _device.Context.TryMakeCurrent())
        {
            _ = Cublas.cublasDestroy_v2(_handle);
        }
    }

    private void ThrowIfFailed(int status, string call)
    {
        if (status == StatusSuccess)
        {
            return;
        }

        string name = Marshal.PtrToStringUTF8((nint)Cublas.cublasGetStatusString(status)) ?? "error";
        string text = $"{call} returned {name} ({status})";

        // A device that failed meanwhile shows as some error of cuBLAS.
        if (_device.Context.Note(CudaDriver.cuStreamQuery(_queue.Stream)) && _device.IsLost)
        {
            throw new GpuException(_device.Context.DescribeLoss());
        }

        throw new GpuException(
            status == StatusAllocFailed ? GpuError.OutOfMemory(text) : GpuError.KernelError(text));
    }
}
