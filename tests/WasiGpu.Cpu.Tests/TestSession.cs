using System.Runtime.InteropServices;

namespace WasiGpu.Cpu.Tests;

/// <summary>A device and a session on it, with typed transfers.</summary>
internal sealed unsafe class TestSession : IDisposable
{
    internal TestSession(
        SimdLevel simd,
        int threads = 1,
        Deadline? deadline = null,
        ulong memoryBytes = 1UL << 32)
    {
        Device = new CpuDevice(new CpuSettings(simd, threads, memoryBytes));
        Backend = Device.CreateBackend(new BackendOptions { Deadline = deadline ?? Deadline.Never });
    }

    internal CpuDevice Device { get; }

    internal IGpuBackend Backend { get; }

    /// <summary>The instruction sets that this machine can run.</summary>
    internal static IEnumerable<SimdLevel> Levels =>
        Enum.GetValues<SimdLevel>().Where(SimdLevels.IsSupported);

    public void Dispose()
    {
        Backend.Dispose();
        Device.Dispose();
        Assert.Equal(0UL, Device.Memory.UsedBytes);
    }

    internal GpuBuffer Create(ulong sizeBytes) => Backend.CreateBuffer(sizeBytes, BufferUsage.Storage);

    internal GpuBuffer Create<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        GpuBuffer buffer = Create((ulong)Math.Max(1, bytes.Length));
        fixed (byte* pointer = bytes)
        {
            Backend.Write(buffer, 0, new HostRange(pointer, (ulong)bytes.Length));
        }

        return buffer;
    }

    internal T[] Read<T>(GpuBuffer buffer, int count)
        where T : unmanaged
    {
        T[] values = new T[count];
        fixed (T* pointer = values)
        {
            Backend.Read(buffer, 0, new HostRange((byte*)pointer, (ulong)count * (ulong)sizeof(T)));
        }

        return values;
    }
}
