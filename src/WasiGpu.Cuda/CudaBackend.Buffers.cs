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
        ulong blockBytes = SmallBlocks.BlockBytes(paddedBytes);
        ulong pointer = _device.DeviceMemory.Allocate(blockBytes, sizeBytes, _queue, _smallBlocks);
        CudaBuffer buffer = new(sizeBytes, usage, pointer);
        try
        {
            Prepare(buffer, paddedBytes);
            _buffers.Add(buffer);
            return buffer;
        }
        catch
        {
            FreeMemory(buffer);
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
            ForgetForestsOf((CudaBuffer)buffer);
            FreeMemory((CudaBuffer)buffer);
        }
    }

    /// <inheritdoc/>
    public void Copy(GpuBuffer source, ulong sourceOffset, GpuBuffer target, ulong targetOffset, ulong sizeBytes)
    {
        Check.Valid(
            BufferRules.CheckRange("src", source, sourceOffset, sizeBytes)
            ?? BufferRules.CheckRange("dst", target, targetOffset, sizeBytes));
        ulong from = Own(source).Pointer + sourceOffset;
        ulong to = Own(target).Pointer + targetOffset;
        if (sizeBytes == 0 || from == to)
        {
            Enter();
            return;
        }

        ulong distance = from < to ? to - from : from - to;
        bool isApart = distance >= sizeBytes;
        using KernelScope scope = StartCopy(CopyNanoseconds(isApart ? sizeBytes : Math.Min(sizeBytes, distance)));
        _ = Input(source);
        _ = Output(target);
        if (isApart)
        {
            CopyApart(from, to, sizeBytes);
        }
        else
        {
            CopyOverlapping(from, to, sizeBytes, distance);
        }
    }

    /// <summary>About the time of moving so many bytes inside the device, on a slow one.</summary>
    private static long CopyNanoseconds(ulong sizeBytes)
    {
        const ulong BytesPerMicrosecond = 200_000;
        return (long)(sizeBytes * 1000 / BytesPerMicrosecond) + 1000;
    }

    /// <summary>
    /// Zeroes a large buffer. A small one, whose zeroing takes longer than everything else about it, is zeroed by its
    /// first use: if that writes all of it, never.
    /// </summary>
    private void Prepare(CudaBuffer buffer, ulong paddedBytes)
    {
        if (paddedBytes <= SmallBlocks.MostBlockBytes)
        {
            // In the stream's order: what used this memory before may be still to come.
            buffer.IsRaw = true;
            buffer.LastWrite = _queue.Add(nanoseconds: 0);
            buffer.LastUse = buffer.LastWrite;
            return;
        }

        using KernelScope scope = StartCopy(CopyNanoseconds(paddedBytes));
        _ = Touch(buffer, isWritten: true);
        Clear(buffer.Pointer, paddedBytes, 0);
    }

    /// <summary>Zeroes a buffer that nobody has used yet, before a use that is no kernel call.</summary>
    private void ZeroIfRaw(CudaBuffer buffer)
    {
        if (buffer.IsRaw)
        {
            ZeroRaw(buffer);
            buffer.LastWrite = _queue.Add(CopyNanoseconds(buffer.SizeBytes));
            buffer.LastUse = buffer.LastWrite;
        }
    }

    /// <summary>Queues the zeroing on the session's stream.</summary>
    private void ZeroRaw(CudaBuffer buffer)
    {
        Clear(buffer.Pointer, CudaBuffer.PaddedBytes(buffer.SizeBytes), 0);
        buffer.IsRaw = false;
    }

    private void FreeMemory(CudaBuffer buffer)
    {
        ulong blockBytes = SmallBlocks.BlockBytes(CudaBuffer.PaddedBytes(buffer.SizeBytes));
        _device.DeviceMemory.Free(buffer.Pointer, blockBytes, buffer.SizeBytes, _smallBlocks);
    }

    private void CopyApart(ulong source, ulong target, ulong sizeBytes)
    {
        _context.Ok(CudaDriver.cuMemcpyDtoDAsync_v2(target, source, (nuint)sizeBytes, _queue.Stream));
    }

    /// <summary>Copies inside a buffer, between ranges that overlap.</summary>
    private void CopyOverlapping(ulong source, ulong target, ulong sizeBytes, ulong distance)
    {
        const ulong LeastDistance = 1 << 20;
        const ulong MostBounceBytes = 16 << 20;

        // Pieces no longer than the distance do not overlap themselves; where those would be too many, each piece
        // goes through working memory.
        bool isBounced = distance < LeastDistance;
        ulong mostPiece = isBounced ? Math.Min(sizeBytes, MostBounceBytes) : distance;
        ulong bounce = isBounced ? Scratch(mostPiece) : 0;
        for (ulong done = 0; done < sizeBytes;)
        {
            ulong piece = Math.Min(mostPiece, sizeBytes - done);

            // In the order in which no byte is overwritten before it is read.
            ulong start = target < source ? done : sizeBytes - done - piece;
            if (isBounced)
            {
                CopyApart(source + start, bounce, piece);
                CopyApart(bounce, target + start, piece);
            }
            else
            {
                CopyApart(source + start, target + start, piece);
            }

            done += piece;
            if (done < sizeBytes)
            {
                ContinueKernel(CopyNanoseconds(piece));
            }
        }
    }
}
