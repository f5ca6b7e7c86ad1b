namespace WasiGpu.Cpu;

/// <content>Buffers and transfers.</content>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage)
    {
        Check.That(sizeBytes > 0);
        CpuBuffer buffer = CpuBuffer.Create(sizeBytes, usage, _device.Memory);
        _buffers.Add(buffer);
        return buffer;
    }

    /// <inheritdoc/>
    public void DestroyBuffer(GpuBuffer buffer)
    {
        // A buffer that is not in the set is freed already: never twice.
        bool isAlive = buffer is CpuBuffer own && _buffers.Remove(own);
        Check.That(isAlive);
        if (isAlive)
        {
            ((CpuBuffer)buffer).Dispose();
        }
    }

    /// <inheritdoc/>
    public void Write(GpuBuffer target, ulong offset, HostRange source)
    {
        Check.Valid(BufferRules.CheckRange("buffer", target, offset, source.LengthBytes));
        CopyApart(source.Pointer, Own(target).Pointer + offset, source.LengthBytes);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Read(GpuBuffer source, ulong offset, HostRange target)
    {
        Check.Valid(BufferRules.CheckRange("buffer", source, offset, target.LengthBytes));
        CopyApart(Own(source).Pointer + offset, target.Pointer, target.LengthBytes);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Copy(
        GpuBuffer source,
        ulong sourceOffset,
        GpuBuffer target,
        ulong targetOffset,
        ulong sizeBytes)
    {
        Check.Valid(
            BufferRules.CheckRange("src", source, sourceOffset, sizeBytes)
            ?? BufferRules.CheckRange("dst", target, targetOffset, sizeBytes));
        byte* from = Own(source).Pointer + sourceOffset;
        byte* to = Own(target).Pointer + targetOffset;
        ulong distance = from < to ? (ulong)(to - from) : (ulong)(from - to);
        if (distance >= sizeBytes)
        {
            CopyApart(from, to, sizeBytes);
        }
        else
        {
            CopyOverlapping(from, to, sizeBytes);
        }

        GC.KeepAlive(this);
    }

    private void CopyApart(byte* source, byte* target, ulong sizeBytes)
    {
        if (sizeBytes == 0)
        {
            // The pointers may then be anything.
            return;
        }

        CopyWork work = new(source, target, sizeBytes);
        _threads.Run(in work, work.ChunkCount, _deadline);
    }

    private void CopyOverlapping(byte* source, byte* target, ulong sizeBytes)
    {
        // Whole pieces in the order in which none is overwritten before it is read; a piece may overlap
        // itself.
        CopyWork work = new(source, target, sizeBytes);
        for (long i = 0; i < work.ChunkCount; i++)
        {
            _deadline.ThrowIfPassed();
            work.Run(target < source ? i : work.ChunkCount - 1 - i, slot: 0);
        }
    }
}
