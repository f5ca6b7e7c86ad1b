namespace WasiGpu.Wasmtime;

/// <summary>
/// All of one guest's GPU state: its buffers and their numbers, its quotas, its session on the device, its faults
/// and its counts. Knows nothing of WebAssembly: pointers come in as <see cref="HostRange"/>, errors go out as
/// <see cref="GpuError"/>; both kinds of guests, core modules and components, are served by it.
/// </summary>
/// <remarks>
/// Each call: a pending fault first, then ids, then ranges and parameters, then the backend. What the backend throws
/// (<see cref="GpuException"/>) passes through; the border gives the guest what <see cref="Note"/> makes of it. Not
/// thread-safe: a guest
/// makes one call at a time (a call made from within <c>cabi_realloc</c> is such a call too, the outer one having
/// nothing under way).
/// </remarks>
internal sealed partial class GuestGpu : IDisposable
{
    private readonly IGpuDevice? _device;
    private readonly IGpuBackend? _backend;
    private readonly MemoryBudget _quota;
    private readonly BufferTable _buffers;

    private bool _isLost;
    private TimeSpan? _finalKernelTime;
    private long _kernelCalls;
    private ulong _bytesWritten;
    private ulong _bytesRead;
    private ulong _bytesCopied;

    /// <summary>Opens the guest's session, if it is granted a device.</summary>
    /// <exception cref="GpuException">The session cannot be opened.</exception>
    internal GuestGpu(GuestOptions options, Deadline deadline)
    {
        _device = options.Gpu;
        ulong deviceBytes = _device?.Info.TotalMemoryBytes ?? 0;
        _quota = new MemoryBudget(Math.Min(options.MaxGpuMemoryBytes ?? deviceBytes, deviceBytes));
        _buffers = new BufferTable(options.MaxBuffers);
        _backend = _device?.CreateBackend(new BackendOptions
        {
            Deadline = deadline,
            MatMulPrecision = options.MatMulPrecision,
        });
    }

    /// <summary>Whether the device was lost under this guest, noticed by this guest's calls or by another's.</summary>
    internal bool IsDeviceLost => _isLost || _device is { IsLost: true };

    /// <summary>Number of calls made; counted by the border, which sees them all.</summary>
    internal long Calls { get; set; }

    /// <summary>What a guest is told of its device; everything empty when it was granted none.</summary>
    internal DeviceInfo DeviceInfo => _device is null
        ? new DeviceInfo
        {
            Id = "",
            Name = "",
            Backend = "",
            TotalMemoryBytes = 0,
            IsHardware = false,
            ComputeCapability = "",
        }
        : _device.Info with { TotalMemoryBytes = _quota.LimitBytes };

    /// <summary>The guest's counts so far.</summary>
    internal GuestUsage GetUsage(TimeSpan runTime)
    {
        return new GuestUsage
        {
            GpuCalls = Calls,
            KernelCalls = _kernelCalls,
            BytesWritten = _bytesWritten,
            BytesRead = _bytesRead,
            BytesCopied = _bytesCopied,
            KernelTime = _finalKernelTime ?? _backend?.KernelTime ?? TimeSpan.Zero,
            GpuBytes = _quota.UsedBytes,
            PeakGpuBytes = _quota.PeakBytes,
            Buffers = _buffers.Count,
            RunTime = runTime,
        };
    }

    /// <summary>Frees all buffers and the session; the counts can still be read.</summary>
    public void Dispose()
    {
        _finalKernelTime = _backend?.KernelTime;
        _quota.Release(_quota.UsedBytes);
        _buffers.Clear();
        _backend?.Dispose();
    }

    /// <summary>Remembers a loss for good: no later call reaches the backend.</summary>
    internal GpuError Note(GpuError error)
    {
        _isLost |= error.Kind == GpuErrorKind.DeviceUnavailable;
        return error;
    }

    /// <summary>What makes every call fail before it starts: no grant, a lost device, a fault of an earlier call.</summary>
    private GpuError? Blocked()
    {
        if (_backend is null)
        {
            return GpuError.DeviceUnavailable("the guest was not granted a GPU");
        }

        if (IsDeviceLost)
        {
            return GpuError.DeviceUnavailable("the device was lost");
        }

        return _backend.TakeFault() is { } fault ? Note(fault) : null;
    }
}
