using System.Runtime.InteropServices;
using WasiGpu.Bench.Measuring;

namespace WasiGpu.Bench.Kernels;

/// <summary>A session on the device with buffers full of data; kernels are called directly, without a guest.</summary>
internal sealed unsafe class KernelSession(IGpuDevice device) : IDisposable
{
    internal IGpuBackend Backend { get; } = device.CreateBackend(new BackendOptions());

    public void Dispose() => Backend.Dispose();

    /// <summary>A buffer of as many 4-byte elements, touched.</summary>
    internal GpuBuffer Empty(int count) => Filled(new float[count]);

    /// <summary>A buffer that holds these elements.</summary>
    internal GpuBuffer Filled<T>(T[] content)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<T>(content);
        GpuBuffer buffer = Backend.CreateBuffer((ulong)bytes.Length, BufferUsage.Storage);
        fixed (byte* pointer = bytes)
        {
            Backend.Write(buffer, 0, new HostRange(pointer, (ulong)bytes.Length));
        }

        return buffer;
    }

    /// <summary>
    /// How much work a second the device does, taking turns with the measurement of what it is compared with.
    /// </summary>
    /// <param name="work">Units of work of a call.</param>
    /// <param name="call">The call.</param>
    /// <param name="reference">Units of work a second of the other.</param>
    internal (double Rate, double Reference) Measure(double work, Action<IGpuBackend> call, Func<double> reference)
    {
        return Clock.Medians(
            () => work / Clock.Once(() =>
            {
                call(Backend);
                Backend.Sync();
            }),
            reference);
    }
}
