using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// A guest's session on a GPU: a stream for its kernels and another for its large transfers.
/// </summary>
/// <remarks>
/// Transfers wait on the host, for the last work on their own buffer, before they are given to the device, and are
/// done when the call returns; so the two streams need no order between them on the device, and guest memory is never
/// in the device's hands while the guest runs. Small writes are copied to pinned memory and queued among the kernels.
/// </remarks>
internal sealed unsafe partial class CudaBackend : IGpuBackend
{
    /// <summary>Half of what a session's end may take; the other half is left for freeing.</summary>
    private static readonly TimeSpan MostDrainTime = TimeSpan.FromMilliseconds(500);

    private readonly CudaDevice _device;
    private readonly CudaContext _context;
    private readonly Deadline _deadline;
    private readonly MatMulPrecision _precision;
    private readonly WorkQueue _queue;
    private readonly SmallBlocks _smallBlocks;
    private readonly HashSet<CudaBuffer> _buffers = [];
    private readonly KernelArguments _arguments;
    private readonly nint _copyStream;
    private readonly nint _copyEnd;
    private GpuError? _fault;
    private bool _isDisposed;

    internal CudaBackend(CudaDevice device, BackendOptions options)
    {
        _device = device;
        _context = device.Context;
        _deadline = options.Deadline;
        _precision = options.MatMulPrecision;
        nint stream;
        nint end;
        _context.Ok(CudaDriver.cuStreamCreate(&stream, CudaDriver.StreamNonBlocking));
        _copyStream = stream;
        _context.Ok(CudaDriver.cuEventCreate(&end, CudaDriver.EventDisableTiming));
        _copyEnd = end;
        _queue = new WorkQueue(_context, _deadline);
        _smallBlocks = _device.DeviceMemory.CreateSmallBlocks(_queue.Stream);
        _arguments = new KernelArguments();
    }

    /// <inheritdoc/>
    public TimeSpan KernelTime
    {
        get
        {
            _queue.TryCollect();
            return _queue.KernelTime;
        }
    }

    /// <inheritdoc/>
    public GpuError? TakeFault()
    {
        GpuError? fault = _fault;
        _fault = null;
        return fault;
    }

    /// <inheritdoc/>
    public void Sync()
    {
        _deadline.ThrowIfPassed();
        if (_context.IsLost)
        {
            return;
        }

        try
        {
            _context.MakeCurrent();
            _queue.Wait(_queue.Last);
        }
        catch (GpuException e)
        {
            _fault = e.Error;
        }
    }

    /// <summary>
    /// Frees everything of the session; further calls do nothing. What the device still works on is left to the
    /// driver, which frees it afterwards.
    /// </summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        bool isIdle = _context.TryMakeCurrent() && _queue.TryDrain(MostDrainTime) && TryDrainCopies(MostDrainTime);

        foreach (CudaBuffer buffer in _buffers)
        {
            _device.DeviceMemory.Free(buffer.Pointer, buffer.SizeBytes, _queue.Stream);
        }

        _buffers.Clear();
        _device.DeviceMemory.Free(_smallBlocks);
        FreeScratch();
        FreeForests();
        _cublas?.Free(isIdle);
        FreeStreams();
        _arguments.Dispose();
    }

    /// <summary>
    /// Frees what is the session's own; the driver does so when the streams are idle. Nothing is freed on a lost
    /// device, whose context takes it along.
    /// </summary>
    private void FreeStreams()
    {
        if (!_context.TryMakeCurrent())
        {
            return;
        }

        if (_small is { } slot)
        {
            slot.TryMarkEnds(_queue.Stream, _copyStream);
            _device.Staging.Return(slot);
            _small = null;
        }

        _ = CudaDriver.cuEventDestroy_v2(_copyEnd);
        _ = CudaDriver.cuStreamDestroy_v2(_copyStream);
        _queue.Free();
    }

    /// <summary>Starts a call that can fail: looks at the deadline and at the device's health.</summary>
    private void Enter()
    {
        _deadline.ThrowIfPassed();
        _context.MakeCurrent();
    }

    private CudaBuffer Own(GpuBuffer buffer)
    {
        CudaBuffer own = (CudaBuffer)buffer;
        Check.That(_buffers.Contains(own));
        return own;
    }
}
