using System.Runtime.InteropServices;

namespace WasiGpu.Conformance;

/// <summary>
/// A session and the operands made in it. Every operand lies between two canary buffers, may be longer than
/// its call needs, and is poisoned where it is only written; <see cref="Verify"/> finds any byte changed that
/// no call may change.
/// </summary>
internal sealed unsafe class DeviceScope : IDisposable
{
    // Odd tails make buffers whose size is no multiple of an element.
    private static readonly int[] TailSizesBytes = [0, 0, 1, 4, 6, 64, 263];

    private readonly List<Operand> _operands = [];

    internal DeviceScope(IGpuDevice device, BackendOptions options, Random random)
    {
        Device = device;
        Random = random;
        Backend = device.CreateBackend(options);
    }

    internal IGpuDevice Device { get; }

    internal IGpuBackend Backend { get; }

    internal Random Random { get; }

    /// <summary>What flushing a denormal may cost: only WebGPU may.</summary>
    internal double FlushError => Device.Info.Backend == "webgpu" ? 1.2e-38 : 0;

    public void Dispose() => Backend.Dispose();

    /// <summary>An operand that a kernel reads.</summary>
    /// <param name="data">Its content.</param>
    /// <param name="tailBytes">How much longer the buffer is; chosen at random when null.</param>
    internal Operand Input<T>(ReadOnlySpan<T> data, int? tailBytes = null)
        where T : unmanaged
    {
        return Make(MemoryMarshal.AsBytes(data), tailBytes, writableBytes: 0);
    }

    /// <summary>An operand that a kernel reads, by array.</summary>
    internal Operand Input<T>(T[] data, int? tailBytes = null)
        where T : unmanaged => Input<T>(data.AsSpan(), tailBytes);

    /// <summary>An operand that a kernel only writes: full of poison.</summary>
    internal Operand Output(int words, int? tailBytes = null)
    {
        byte[] poison = new byte[words * sizeof(uint)];
        poison.AsSpan().Fill(Operand.Poison);
        return Make(poison, tailBytes, poison.Length);
    }

    /// <summary>An operand that a kernel reads, and whose first words it writes.</summary>
    internal Operand InOut<T>(T[] data, int writableWords, int? tailBytes = null)
        where T : unmanaged
    {
        return Make(MemoryMarshal.AsBytes<T>(data), tailBytes, writableWords * sizeof(uint));
    }

    /// <summary>
    /// Makes a call, and makes it again from the same start: both must leave the same bits in the operands.
    /// </summary>
    internal void Call(Action<IGpuBackend> call, params ReadOnlySpan<Operand> written)
    {
        call(Backend);
        byte[][] first = new byte[written.Length][];
        for (int i = 0; i < written.Length; i++)
        {
            first[i] = written[i].ReadAll();
            written[i].Reset();
        }

        call(Backend);
        for (int i = 0; i < written.Length; i++)
        {
            Expect.Elements<byte>("second run of the same call: byte", first[i], written[i].ReadAll());
        }
    }

    internal GpuBuffer Buffer(ReadOnlySpan<byte> content, BufferUsage usage = BufferUsage.Storage)
    {
        GpuBuffer buffer = Backend.CreateBuffer((ulong)content.Length, usage);
        Write(buffer, 0, content);
        return buffer;
    }

    internal void Write(GpuBuffer target, int offset, ReadOnlySpan<byte> source)
    {
        fixed (byte* pointer = source)
        {
            Backend.Write(target, (ulong)offset, new HostRange(pointer, (ulong)source.Length));
        }
    }

    internal byte[] Read(GpuBuffer source) => Read(source, 0, (int)source.SizeBytes);

    internal byte[] Read(GpuBuffer source, int offset, int sizeBytes)
    {
        byte[] target = new byte[sizeBytes];
        fixed (byte* pointer = target)
        {
            Backend.Read(source, (ulong)offset, new HostRange(pointer, (ulong)sizeBytes));
        }

        return target;
    }

    /// <summary>Checks that no call changed a byte it may not change, and that no fault is pending.</summary>
    internal void Verify()
    {
        Backend.Sync();
        foreach (Operand operand in _operands)
        {
            operand.Verify();
        }

        GpuError? fault = Backend.TakeFault();
        Expect.True(fault is null, $"a fault is pending after valid calls: {fault}");
    }

    private Operand Make(ReadOnlySpan<byte> data, int? tailBytes, int writableBytes)
    {
        int tail = tailBytes ?? TailSizesBytes[Random.Next(TailSizesBytes.Length)];
        byte[] image = new byte[Math.Max(1, data.Length + tail)];
        data.CopyTo(image);
        image.AsSpan(data.Length).Fill(Operand.Canary);
        Operand operand = new(this, image, writableBytes);
        _operands.Add(operand);
        return operand;
    }
}
