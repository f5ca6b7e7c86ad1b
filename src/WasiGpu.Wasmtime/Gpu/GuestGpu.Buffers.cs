namespace WasiGpu.Wasmtime;

/// <summary>The functions of <c>compute</c>.</summary>
internal sealed partial class GuestGpu
{
    /// <summary><c>buffer-create</c>.</summary>
    internal GpuError? CreateBuffer(ulong sizeBytes, BufferUsage usage, out uint id)
    {
        id = 0;
        if (Blocked() is { } blocked)
        {
            return blocked;
        }

        if (sizeBytes == 0)
        {
            return GpuError.InvalidParams("size is 0: a buffer has at least 1 byte");
        }

        if (_buffers.Full is { } full)
        {
            return GpuError.OutOfMemory(full);
        }

        if (!_quota.TryReserve(sizeBytes))
        {
            return GpuError.OutOfMemory(
                $"{sizeBytes} bytes asked for, {_quota.UsedBytes} of the guest's {_quota.LimitBytes} in use");
        }

        try
        {
            id = _buffers.Add(_backend!.CreateBuffer(sizeBytes, usage & BufferUsage.All));
            return null;
        }
        finally
        {
            if (id == 0)
            {
                _quota.Release(sizeBytes);
            }
        }
    }

    /// <summary><c>buffer-write</c>; the bytes lie in the guest's memory, which was checked.</summary>
    internal GpuError? WriteBuffer(uint id, ulong offset, HostRange source)
    {
        if (Blocked() is { } blocked)
        {
            return blocked;
        }

        if (!_buffers.TryGet(id, out GpuBuffer? buffer))
        {
            return GpuError.InvalidBuffer();
        }

        if (BufferRules.CheckRange("buffer", buffer, offset, source.LengthBytes) is { } refused)
        {
            return refused;
        }

        _backend!.Write(buffer, offset, source);
        _bytesWritten += source.LengthBytes;
        return null;
    }

    /// <summary>The first half of <c>buffer-read</c>: what can be told before the guest allocates the list.</summary>
    internal GpuError? CheckRead(uint id, ulong offset, ulong sizeBytes)
    {
        return Blocked() ?? CheckReadRange(id, offset, sizeBytes, out _);
    }

    /// <summary>
    /// The second half of <c>buffer-read</c>. Checks anew: the allocation ran guest code, which may have destroyed the
    /// buffer.
    /// </summary>
    internal GpuError? ReadBuffer(uint id, ulong offset, HostRange target)
    {
        GpuBuffer? buffer = null;
        if ((Blocked() ?? CheckReadRange(id, offset, target.LengthBytes, out buffer)) is { } refused)
        {
            return refused;
        }

        _backend!.Read(buffer!, offset, target);
        _bytesRead += target.LengthBytes;
        return null;
    }

    /// <summary><c>buffer-copy</c>.</summary>
    internal GpuError? CopyBuffer(uint sourceId, ulong sourceOffset, uint targetId, ulong targetOffset, ulong sizeBytes)
    {
        if (Blocked() is { } blocked)
        {
            return blocked;
        }

        if (!_buffers.TryGet(sourceId, out GpuBuffer? source) || !_buffers.TryGet(targetId, out GpuBuffer? target))
        {
            return GpuError.InvalidBuffer();
        }

        if ((BufferRules.CheckRange("src", source, sourceOffset, sizeBytes)
            ?? BufferRules.CheckRange("dst", target, targetOffset, sizeBytes)) is { } refused)
        {
            return refused;
        }

        _backend!.Copy(source, sourceOffset, target, targetOffset, sizeBytes);
        _bytesCopied += sizeBytes;
        return null;
    }

    /// <summary><c>buffer-destroy</c>; succeeds for a live buffer also when the device is lost.</summary>
    internal GpuError? DestroyBuffer(uint id)
    {
        if (!IsDeviceLost && Blocked() is { } blocked)
        {
            return blocked;
        }

        if (!_buffers.TryRemove(id, out GpuBuffer? buffer))
        {
            return GpuError.InvalidBuffer();
        }

        _quota.Release(buffer.SizeBytes);
        try
        {
            _backend!.DestroyBuffer(buffer);
            return null;
        }
        catch (GpuException e)
        {
            // The buffer is gone for the guest either way; a loss shows at its next call.
            Note(e.Error);
            return null;
        }
    }

    /// <summary><c>sync</c>: waits for all work; never fails.</summary>
    internal void Sync()
    {
        if (_backend is null || IsDeviceLost)
        {
            return;
        }

        try
        {
            _backend.Sync();
        }
        catch (GpuException e)
        {
            Note(e.Error);
        }
    }

    private GpuError? CheckReadRange(uint id, ulong offset, ulong sizeBytes, out GpuBuffer? buffer)
    {
        return _buffers.TryGet(id, out buffer)
            ? BufferRules.CheckRange("buffer", buffer, offset, sizeBytes)
            : GpuError.InvalidBuffer();
    }
}
