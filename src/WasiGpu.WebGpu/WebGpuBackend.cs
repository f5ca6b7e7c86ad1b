namespace WasiGpu.WebGpu;

/// <summary>
/// A guest's session on a device. Calls are recorded and submitted together; reads and <see cref="Sync"/> wait.
/// </summary>
internal sealed partial class WebGpuBackend : IGpuBackend
{
    private readonly SharedDevice _device;
    private readonly Deadline _deadline;
    private readonly CommandRecorder _commands;
    private readonly HashSet<WebGpuBuffer> _buffers = [];
    private GpuError? _fault;
    private bool _isDisposed;

    internal WebGpuBackend(SharedDevice device, BackendOptions options)
    {
        // Matrix products are float32 whatever the options allow: WGSL has no lower precision that is faster here.
        _device = device;
        _deadline = options.Deadline;
        device.Health.ThrowIfLost();
        _commands = new CommandRecorder(device, options.Deadline);
    }

    /// <inheritdoc/>
    public TimeSpan KernelTime => _commands.KernelTime;

    private AdapterLimits Limits => _device.Limits;

    /// <summary>Whether the device is a processor that runs a software driver: barriers are dear, memory is the host's.</summary>
    private bool IsSoftware => _device.Adapter.IsSoftware;

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
        try
        {
            _commands.Finish();
        }
        catch (GpuException e)
        {
            _fault = e.Error;
        }

        _deadline.ThrowIfPassed();
    }

    /// <summary>Frees all buffers of the session and leaves what was submitted to the device; further calls do
    /// nothing.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _commands.Dispose();
        foreach (WebGpuBuffer buffer in _buffers)
        {
            Free(buffer);
        }

        _buffers.Clear();
        DropScratch();
    }

    /// <summary>A buffer of this session, zeroed if this is its first use.</summary>
    private WebGpuBuffer Own(GpuBuffer buffer)
    {
        WebGpuBuffer own = (WebGpuBuffer)buffer;
        Check.That(_buffers.Contains(own));
        if (own.HoldsOldBytes)
        {
            ClearBuffer(new BufferView(own.Memory, 0, own.Memory.CapacityBytes));
            own.HoldsOldBytes = false;
        }

        return own;
    }

    /// <summary>A buffer whose content changes: what was made of the old content is forgotten.</summary>
    private WebGpuBuffer OwnToWrite(GpuBuffer buffer)
    {
        WebGpuBuffer own = Own(buffer);
        ForgetForestsOf(own);
        return own;
    }

    /// <summary>What every kernel begins with.</summary>
    /// <exception cref="DeadlineException">The guest's time is over.</exception>
    /// <exception cref="GpuException">The device is lost.</exception>
    private void StartKernel()
    {
        _deadline.ThrowIfPassed();
        _device.Health.ThrowIfLost();
    }

    /// <summary>Finds or compiles a kernel.</summary>
    /// <param name="file">The shader's file name.</param>
    /// <param name="entry">The entry point.</param>
    /// <param name="constants">Values of override constants, by name.</param>
    /// <param name="access">One letter a storage binding, from binding 1 on: <c>r</c> or <c>w</c>.</param>
    private KernelPipeline Pipeline(
        string file,
        string entry,
        ReadOnlySpan<(string Name, double Value)> constants,
        string access)
    {
        return _device.Pipelines.Get(file, entry, constants, access);
    }

    /// <summary>Records a kernel: <see cref="CommandRecorder.Dispatch"/>.</summary>
    private void Dispatch(
        KernelPipeline pipeline,
        ReadOnlySpan<uint> parameters,
        ReadOnlySpan<BufferView> views,
        uint groupsX,
        uint groupsY,
        double estimatedMs)
    {
        _commands.Dispatch(pipeline, parameters, views, groupsX, groupsY, estimatedMs);
    }

    /// <summary>Records a copy; offsets and sizes are multiples of 4, the buffers differ.</summary>
    private void CopyBuffer(BufferView source, BufferView target) => _commands.Copy(source, target);

    /// <summary>Records zeros; offset and size are multiples of 4.</summary>
    private void ClearBuffer(BufferView target) => _commands.Clear(target);
}
