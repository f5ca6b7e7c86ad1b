using System.Diagnostics;

namespace WasiGpu.Cpu;

/// <summary>A guest's session on the CPU. Every call is done when it returns, so there are no late
/// faults.</summary>
internal sealed unsafe partial class CpuBackend : IGpuBackend
{
    private readonly CpuDevice _device;
    private readonly CpuThreads _threads;
    private readonly VectorKernels _kernels;
    private readonly Deadline _deadline;
    private readonly Scratch _scratch;
    private readonly HashSet<CpuBuffer> _buffers = [];
    private long _kernelTimestamps;

    internal CpuBackend(CpuDevice device, BackendOptions options)
    {
        // Matrix products are float32 whatever the options allow: lower precision is not faster here.
        _device = device;
        _threads = device.Threads;
        _kernels = device.Kernels;
        _deadline = options.Deadline;
        _scratch = new Scratch(device.Memory);
    }

    /// <inheritdoc/>
    public TimeSpan KernelTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _kernelTimestamps));

    /// <inheritdoc/>
    public GpuError? TakeFault() => null;

    /// <inheritdoc/>
    public void Sync() => _deadline.ThrowIfPassed();

    /// <summary>Frees all buffers of the session; further calls do nothing.</summary>
    public void Dispose()
    {
        foreach (CpuBuffer buffer in _buffers)
        {
            buffer.Dispose();
        }

        _buffers.Clear();
        _scratch.Dispose();
    }

    private CpuBuffer Own(GpuBuffer buffer)
    {
        CpuBuffer own = (CpuBuffer)buffer;
        Check.That(_buffers.Contains(own));
        return own;
    }

    /// <summary>Starts a kernel: looks at the deadline and takes the time until the scope ends.</summary>
    private KernelScope StartKernel()
    {
        _deadline.ThrowIfPassed();
        return new KernelScope(this);
    }

    /// <summary>The time of one kernel; keeps the session, and so its buffers, alive to the kernel's
    /// end.</summary>
    private readonly ref struct KernelScope(CpuBackend backend)
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Dispose() => backend._kernelTimestamps += Stopwatch.GetTimestamp() - _start;
    }
}
