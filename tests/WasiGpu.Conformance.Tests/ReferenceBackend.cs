using System.Runtime.InteropServices;

namespace WasiGpu.Conformance.Tests;

/// <summary>
/// The interface in the plainest form: every kernel copies its inputs, loops as the contract is worded, in
/// float64, and writes its outputs. Slow, and meant to be seen to be right.
/// </summary>
internal partial class ReferenceBackend(ReferenceDevice device, BackendOptions options) : IGpuBackend
{
    private readonly HashSet<ReferenceBuffer> _buffers = [];
    private long _kernelTicks;

    public virtual TimeSpan KernelTime => TimeSpan.FromTicks(_kernelTicks);

    public virtual GpuError? TakeFault() => null;

    public virtual GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage)
    {
        Check.That(sizeBytes > 0);
        if (!device.Memory.TryReserve(sizeBytes))
        {
            GpuException.ThrowOutOfMemory(sizeBytes, device.Memory);
        }

        ReferenceBuffer buffer = new(NewBytes((int)sizeBytes), (int)sizeBytes, usage);
        _buffers.Add(buffer);
        return buffer;
    }

    public virtual unsafe void Write(GpuBuffer target, ulong offset, HostRange source)
    {
        Check.Valid(BufferRules.CheckRange("buffer", target, offset, source.LengthBytes));
        new Span<byte>(source.Pointer, (int)source.LengthBytes).CopyTo(Bytes(target).AsSpan((int)offset));
    }

    public unsafe void Read(GpuBuffer source, ulong offset, HostRange target)
    {
        Check.Valid(BufferRules.CheckRange("buffer", source, offset, target.LengthBytes));
        Wait();
        Bytes(source).AsSpan((int)offset, (int)target.LengthBytes)
            .CopyTo(new Span<byte>(target.Pointer, (int)target.LengthBytes));
    }

    public virtual void Copy(
        GpuBuffer source,
        ulong sourceOffset,
        GpuBuffer target,
        ulong targetOffset,
        ulong sizeBytes)
    {
        Check.Valid(BufferRules.CheckRange("src", source, sourceOffset, sizeBytes));
        Check.Valid(BufferRules.CheckRange("dst", target, targetOffset, sizeBytes));
        byte[] moved = Bytes(source).AsSpan((int)sourceOffset, (int)sizeBytes).ToArray();
        moved.CopyTo(Bytes(target), (int)targetOffset);
    }

    public virtual void DestroyBuffer(GpuBuffer buffer)
    {
        bool isOurs = _buffers.Remove((ReferenceBuffer)buffer);
        Check.That(isOurs);
        device.Memory.Release(buffer.SizeBytes);
    }

    public void Sync() => Wait();

    public virtual void Dispose()
    {
        foreach (ReferenceBuffer buffer in _buffers)
        {
            device.Memory.Release(buffer.SizeBytes);
        }

        _buffers.Clear();
    }

    protected virtual byte[] NewBytes(int sizeBytes) => new byte[sizeBytes];

    /// <summary>Called by each kernel first and now and then while it works.</summary>
    protected virtual void Wait() => options.Deadline.ThrowIfPassed();

    protected static float[] Floats(GpuBuffer buffer) => Words<float>(buffer);

    protected static T[] Words<T>(GpuBuffer buffer)
        where T : unmanaged
    {
        return MemoryMarshal.Cast<byte, T>(Bytes(buffer).AsSpan(0, (int)buffer.SizeBytes)).ToArray();
    }

    protected static byte[] Bytes(GpuBuffer buffer) => ((ReferenceBuffer)buffer).Bytes;

    protected virtual void Store<T>(GpuBuffer target, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        MemoryMarshal.AsBytes(values).CopyTo(Bytes(target));
        _kernelTicks++;
    }
}
