using System.Runtime.InteropServices;

namespace WasiGpu.WebGpu.Tests;

/// <summary>A device and a session on it, with typed transfers.</summary>
internal sealed unsafe class TestSession : IDisposable
{
    internal TestSession(Deadline? deadline = null)
    {
        Device = (WebGpuDevice)new WebGpuProvider().Open(0);
        Backend = Device.CreateBackend(new BackendOptions { Deadline = deadline ?? Deadline.Never });
    }

    internal WebGpuDevice Device { get; }

    internal IGpuBackend Backend { get; }

    public void Dispose()
    {
        Backend.Dispose();
        Assert.Equal(0UL, Device.Memory.UsedBytes);
        Device.Dispose();
    }

    internal GpuBuffer Create(ulong sizeBytes) => Backend.CreateBuffer(sizeBytes, BufferUsage.Storage);

    internal GpuBuffer Create<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        GpuBuffer buffer = Create((ulong)Math.Max(1, bytes.Length));
        Write(buffer, 0, bytes);
        return buffer;
    }

    internal void Write(GpuBuffer buffer, ulong offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            Backend.Write(buffer, offset, new HostRange(pointer, (ulong)bytes.Length));
        }
    }

    internal T[] Read<T>(GpuBuffer buffer, int count, ulong offset = 0)
        where T : unmanaged
    {
        T[] values = new T[count];
        fixed (T* pointer = values)
        {
            Backend.Read(buffer, offset, new HostRange((byte*)pointer, (ulong)count * (ulong)sizeof(T)));
        }

        return values;
    }
}
