using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>Buffers, and copies between them.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage)
    {
        Check.That(sizeBytes > 0);
        Enter();
        if (sizeBytes > _device.Memory.LimitBytes)
        {
            // Also spares the sums below an overflow.
            GpuException.ThrowOutOfMemory(sizeBytes, _device.Memory);
        }

        ulong paddedBytes = CudaBuffer.PaddedBytes(sizeBytes);
        ulong pointer = _device.DeviceMemory.Allocate(paddedBytes, sizeBytes, _queue);
        CudaBuffer buffer = new(sizeBytes, usage, pointer);
        try
        {
            BeginOn(buffer, isWrite: true, CopyNanoseconds(paddedBytes));
            try
            {
                _context.Ok(CudaDriver.cuMemsetD8Async(pointer, 0, (nuint)paddedBytes, _queue.Stream));
            }
            finally
            {
                _queue.End();
            }

            _buffers.Add(buffer);
            return buffer;
        }
        catch
        {
            _device.DeviceMemory.Free(pointer, sizeBytes, _queue.Stream);
            throw;
        }
    }

    /// <inheritdoc/>
    public void DestroyBuffer(GpuBuffer buffer)
    {
        // A buffer that is not in the set is freed already: never twice.
        bool isAlive = buffer is CudaBuffer own && _buffers.Remove(own);
        Check.That(isAlive);
        if (isAlive)
        {
            _device.DeviceMemory.Free(((CudaBuffer)buffer).Pointer, buffer.SizeBytes, _queue.Stream);
        }
    }

    /// <summary>About the time of moving so many bytes inside the device, on a slow one.</summary>
    private static long CopyNanoseconds(ulong sizeBytes)
    {
        const ulong BytesPerMicrosecond = 200_000;
        return (long)(sizeBytes * 1000 / BytesPerMicrosecond) + 1000;
    }

    /// <summary>Begins work of the stream that is no kernel, on a buffer.</summary>
    private void BeginOn(CudaBuffer buffer, bool isWrite, long nanoseconds)
    {
        _queue.Begin(isKernel: false, nanoseconds);
        buffer.LastUse = _queue.Issued;
        if (isWrite)
        {
            buffer.LastWrite = _queue.Issued;
            buffer.WriteCount++;
        }
    }
}
