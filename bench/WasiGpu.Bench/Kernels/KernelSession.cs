using System.Runtime.InteropServices;
using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Measuring;

namespace WasiGpu.Bench.Kernels;

/// <summary>A session on the device with buffers full of data; kernels are called directly, without a guest.</summary>
internal sealed unsafe class KernelSession(IGpuDevice device, MatMulPrecision precision = default) : IDisposable
{
    /// <summary>A sample makes as many calls as take this long, so that its ends do not count.</summary>
    private const double SampleSeconds = 0.002;

    private const int MaxCalls = 1000;

    /// <summary>Calls of a replay: the ends of it do not count.</summary>
    private const int ReplayedCalls = 50;

    internal IGpuBackend Backend { get; } = device.CreateBackend(new BackendOptions { MatMulPrecision = precision });

    internal IGpuDevice Device { get; } = device;

    public void Dispose() => Backend.Dispose();

    /// <summary>A buffer of as many 4-byte elements, touched.</summary>
    internal GpuBuffer Empty(long count) => Repeated(new float[Math.Min(count, 1 << 20)], count);

    /// <summary>A buffer that holds these elements.</summary>
    internal GpuBuffer Filled<T>(T[] content)
        where T : unmanaged => Repeated(content, content.Length);

    /// <summary>A buffer of as many elements, which repeats the pattern: the device doubles it.</summary>
    internal GpuBuffer Repeated<T>(T[] pattern, long count)
        where T : unmanaged
    {
        ulong sizeBytes = (ulong)(count * sizeof(T));
        GpuBuffer buffer = Backend.CreateBuffer(sizeBytes, BufferUsage.Storage);
        ulong filled = (ulong)pattern.Length * (ulong)sizeof(T);
        Write(buffer, pattern);
        while (filled < sizeBytes)
        {
            ulong more = Math.Min(filled, sizeBytes - filled);
            Backend.Copy(buffer, 0, buffer, filled, more);
            filled += more;
        }

        return buffer;
    }

    /// <summary>Writes elements to the start of a buffer.</summary>
    internal void Write<T>(GpuBuffer buffer, ReadOnlySpan<T> content)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(content);
        fixed (byte* pointer = bytes)
        {
            Backend.Write(buffer, 0, new HostRange(pointer, (ulong)bytes.Length));
        }
    }

    /// <summary>Reads elements.</summary>
    internal T[] Read<T>(GpuBuffer buffer, long first, int count)
        where T : unmanaged
    {
        T[] content = new T[count];
        Span<byte> bytes = MemoryMarshal.AsBytes(content.AsSpan());
        fixed (byte* pointer = bytes)
        {
            Backend.Read(buffer, (ulong)(first * sizeof(T)), new HostRange(pointer, (ulong)bytes.Length));
        }

        return content;
    }


    /// <summary>Measures work in turns with its bound and its rivals; its result has been looked at.</summary>
    /// <param name="run">The run, for its clock.</param>
    /// <param name="benchCase">The case, for the unit of the rivals.</param>
    /// <param name="work">The work.</param>
    /// <param name="bound">Measures the bound, if it is measured in turns.</param>
    internal Measurement Measure(BenchRun run, BenchCase benchCase, IKernelWork work, Func<double>? bound)
    {
        double once = BenchClock.Once(() => CallAndSync(work, 1));
        int calls = (int)Math.Clamp(SampleSeconds / once, 1, MaxCalls);
        List<double> deviceSeconds = [];
        IReplayTimer? timer = benchCase.Replay && run.UsesDeviceClock ? Backend as IReplayTimer : null;
        List<Func<double>> measures =
        [
            () =>
            {
                TimeSpan before = Backend.KernelTime;
                double seconds = BenchClock.Once(() => CallAndSync(work, calls));
                deviceSeconds.Add(timer is null
                    ? (Backend.KernelTime - before).TotalSeconds / calls
                    : timer.TimeReplay(() => work.Call(Backend), ReplayedCalls).TotalSeconds);
                return seconds / calls;
            },
            .. work.Rivals.Select(rival => rival.Seconds),
        ];
        if (bound is not null)
        {
            measures.Add(bound);
        }

        double[] medians = run.Clock.Medians([.. measures]);
        double device = BenchClock.MedianOf(deviceSeconds);
        return new Measurement(medians[0], work.Work)
        {
            // A backend that cannot tell answers 0.
            DeviceSeconds = run.UsesDeviceClock && device > 0 ? device : null,
            IsReplay = timer is not null,
            BoundPerSecond = bound is null ? null : medians[^1],
            Peers =
            [
                .. work.Rivals.Select((rival, i) =>
                    new PeerValue(rival.Name, Units.From(benchCase.Unit, medians[i + 1], work.Work))),
            ],
        };
    }

    private void CallAndSync(IKernelWork work, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            work.Call(Backend);
        }

        Backend.Sync();
        if (Backend.TakeFault() is { } fault)
        {
            throw new GpuException(fault);
        }
    }
}
