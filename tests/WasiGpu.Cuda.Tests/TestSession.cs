using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>
/// A device of the emulated driver and a session on it, with transfers of arrays; at the end nothing of either may be
/// left, and the driver is healthy again.
/// </summary>
internal sealed unsafe class TestSession : IDisposable
{
    private const string TransferVariable = "WASI_GPU_CUDA_TRANSFER";

    private readonly ulong[] _before;
    private bool _mayLeaveObjects;

    internal TestSession(Deadline? deadline = null, string? transfer = null)
    {
        EmulatedDriver.emulationReset();
        _before = CountObjects();
        Environment.SetEnvironmentVariable(TransferVariable, transfer);
        Device = new CudaProvider().Open(0);
        Environment.SetEnvironmentVariable(TransferVariable, null);
        Backend = Device.CreateBackend(new BackendOptions { Deadline = deadline ?? Deadline.Never });
    }

    internal IGpuDevice Device { get; }

    internal IGpuBackend Backend { get; }

    public void Dispose()
    {
        Backend.Dispose();
        Device.Dispose();
        Assert.Equal(0UL, Device.Memory.UsedBytes);
        if (!_mayLeaveObjects && !Device.IsLost)
        {
            Assert.Equal(_before, CountObjects());
        }

        EmulatedDriver.emulationReset();
    }

    /// <summary>Lets driver objects be left at the end, as they are in a lost context.</summary>
    internal void AllowLeftovers() => _mayLeaveObjects = true;

    internal GpuBuffer Create(ulong sizeBytes) => Backend.CreateBuffer(sizeBytes, BufferUsage.Storage);

    internal GpuBuffer Create(byte[] content)
    {
        GpuBuffer buffer = Create((ulong)content.Length);
        Write(buffer, 0, content);
        return buffer;
    }

    internal void Write(GpuBuffer target, ulong offset, byte[] source)
    {
        fixed (byte* pointer = source)
        {
            Backend.Write(target, offset, new HostRange(pointer, (ulong)source.Length));
        }
    }

    internal byte[] Read(GpuBuffer source)
    {
        byte[] target = new byte[source.SizeBytes];
        fixed (byte* pointer = target)
        {
            Backend.Read(source, 0, new HostRange(pointer, (ulong)target.Length));
        }

        return target;
    }

    /// <summary>Bytes that differ from their neighbours, and between seeds.</summary>
    internal static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>How many driver objects of each kind are alive: those of earlier, lost contexts too.</summary>
    private static ulong[] CountObjects() =>
        [.. Enum.GetValues<DriverObject>().Select(EmulatedDriver.emulationCount)];
}
