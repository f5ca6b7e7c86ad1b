using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// One device of Dawn, with all that its guests share: memory, pipelines, the queue, health. There is one for each
/// adapter in the process; <see cref="WebGpuDevice"/> is one user of it. Thread-safe.
/// </summary>
internal sealed unsafe class SharedDevice : IDisposable
{
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(30);

    private readonly DawnHandle _device;
    private readonly DawnHandle _queue;

    private SharedDevice(Adapter adapter, nint device, DeviceHealth health, bool hasTimestamps)
    {
        Adapter = adapter;
        Health = health;
        HasTimestamps = hasTimestamps;
        UsesUploadStaging = !adapter.IsSoftware;
        Limits = adapter.Limits;
        _device = new DawnHandle(device, &Dawn.wgpuDeviceRelease, Releases);
        _queue = new DawnHandle(Dawn.wgpuDeviceGetQueue(device), &Dawn.wgpuQueueRelease, Releases);
        Memory = new MemoryBudget(adapter.MemoryBytes);
        Pool = new BufferPool(this);
        Pipelines = new PipelineCache(this);
        PassTimes = new PassTimesPool(this);
        Uploads = new StagingPool(this, Dawn.MapWrite);
        Downloads = new StagingPool(this, Dawn.MapRead);
    }

    internal Adapter Adapter { get; }

    /// <summary>What is used of the adapter's limits; tests lower them, so that buffers come in pieces.</summary>
    internal AdapterLimits Limits { get; set; }

    internal DeviceHealth Health { get; }

    /// <summary>Whether kernels can be timed by the device.</summary>
    internal bool HasTimestamps { get; }

    /// <summary>Whether uploads go through kept staging buffers. Where the device's memory is the host's, Dawn's own copy is
    /// quicker.</summary>
    internal bool UsesUploadStaging { get; set; }

    /// <summary>Threads of a side of a matrix product's tile; tests lower it.</summary>
    internal uint MatMulSide { get; set; } = WebGpuBackend.MatMulSide;

    internal MemoryBudget Memory { get; }

    internal ReleaseQueue Releases { get; } = new();

    internal BufferPool Pool { get; }

    internal PipelineCache Pipelines { get; }

    internal PassTimesPool PassTimes { get; }

    internal StagingPool Uploads { get; }

    internal StagingPool Downloads { get; }

    internal nint Pointer => _device.Pointer;

    internal nint Queue => _queue.Pointer;

    /// <summary>Opens a device on an adapter, with all of the adapter's limits.</summary>
    /// <exception cref="GpuUnavailableException">The adapter is gone or refuses.</exception>
    internal static SharedDevice Open(Adapter adapter)
    {
        nint pointer = Adapters.Request(DawnInstance.Pointer, adapter.Request, out string message);
        if (pointer == 0)
        {
            throw new GpuUnavailableException($"{adapter.Name} cannot be opened: {message}");
        }

        try
        {
            if (!Adapters.Describe(pointer, adapter.Request).IsSameAs(adapter))
            {
                throw new GpuUnavailableException(
                    $"{adapter.Name} is no longer what the driver offers: list the devices again");
            }

            return Open(adapter, pointer);
        }
        finally
        {
            Dawn.wgpuAdapterRelease(pointer);
        }
    }

    /// <summary>Makes a buffer.</summary>
    /// <param name="usage">Dawn's usage flags.</param>
    /// <param name="sizeBytes">Its size, a multiple of 4.</param>
    /// <param name="error">Why it is no buffer; the object is to be released all the same.</param>
    internal nint CreateBuffer(ulong usage, ulong sizeBytes, out GpuError? error)
    {
        _ = DawnErrors.Take();
        Dawn.BufferDescriptor descriptor = new()
        {
            Labelled = Dawn.Labelled.None,
            Usage = usage,
            Size = sizeBytes,
        };
        nint buffer = Dawn.wgpuDeviceCreateBuffer(Pointer, &descriptor);
        error = DawnErrors.Take();
        return buffer;
    }

    /// <summary>Makes a buffer that this device's thread will release.</summary>
    /// <exception cref="GpuException">It cannot be had.</exception>
    internal DeviceBuffer CreateOwnedBuffer(ulong usage, ulong sizeBytes)
    {
        nint pointer = CreateBuffer(usage, sizeBytes, out GpuError? error);
        DeviceBuffer buffer = new(new DawnHandle(pointer, &Dawn.wgpuBufferRelease, Releases), sizeBytes);
        if (error is { } refusal)
        {
            buffer.Dispose();
            Health.ThrowIfLost();
            throw new GpuException(refusal);
        }

        return buffer;
    }

    /// <summary>Waits until all submitted work is done, or the time is over.</summary>
    /// <returns>Whether all is done.</returns>
    internal bool WaitIdle(TimeSpan limit)
    {
        DawnCompletion completion = new();
        Dawn.Future future = Dawn.wgpuQueueOnSubmittedWorkDone(Queue, completion.ForStatus());
        return DawnInstance.Wait(future, completion, Deadline.Never, limit);
    }

    /// <summary>Releases everything; the device's thread does it, also while work is queued.</summary>
    public void Dispose()
    {
        Pool.Clear();
        PassTimes.Clear();
        Uploads.Clear();
        Downloads.Clear();
        Pipelines.Clear();
        _queue.Dispose();
        _device.Dispose();
        Releases.Close();
    }

    private static SharedDevice Open(Adapter adapter, nint pointer)
    {
        bool hasTimestamps = Adapters.Has(pointer, Dawn.FeatureTimestampQuery);
        if (!Adapters.Has(pointer, Dawn.FeatureImplicitDeviceSynchronization))
        {
            throw new GpuUnavailableException(
                $"{adapter.Name} cannot be shared by threads: the Dawn library is not the one this program is for");
        }

        // Dawn rounds timestamps to tens of microseconds against web pages that would measure others' secrets.
        ReadOnlySpan<byte> quantization = "timestamp_quantization\0"u8;
        fixed (byte* disabled = quantization)
        {
            Dawn.Toggles toggles = new()
            {
                Chained = new Dawn.Chained { Type = Dawn.TypeDawnToggles },
                DisabledCount = 1,
                Disabled = &disabled,
            };
            return Open(adapter, pointer, hasTimestamps, &toggles);
        }
    }

    private static SharedDevice Open(Adapter adapter, nint pointer, bool hasTimestamps, Dawn.Toggles* toggles)
    {
        uint* features = stackalloc uint[] { Dawn.FeatureImplicitDeviceSynchronization, Dawn.FeatureTimestampQuery };
        Dawn.Limits limits = Adapters.Limits(pointer);
        DeviceHealth health = new();
        Dawn.Labelled labelled = Dawn.Labelled.None;
        labelled.Next = toggles;
        Dawn.DeviceDescriptor descriptor = new()
        {
            Labelled = labelled,
            RequiredFeatures = new Dawn.Features { Count = hasTimestamps ? 2u : 1u, Items = features },
            RequiredLimits = &limits,
            DefaultQueue = Dawn.Labelled.None,
            DeviceLost = health.ForDeviceLost(),
            UncapturedError = new Dawn.UncapturedInfo { Callback = DawnErrors.Callback },
        };
        DawnCompletion completion = new();
        Dawn.Future future = Dawn.wgpuAdapterRequestDevice(pointer, &descriptor, completion.ForObject());
        if (!DawnInstance.Wait(future, completion, Deadline.Never, OpenLimit))
        {
            throw new GpuUnavailableException(
                $"{adapter.Name} did not answer within {OpenLimit.TotalSeconds} s");
        }

        if (completion.Status != Dawn.StatusSuccess)
        {
            throw new GpuUnavailableException($"{adapter.Name} cannot be opened: {completion.Message}");
        }

        SharedDevice device = new(adapter, completion.Result, health, hasTimestamps);
        if (DeviceCheck.Run(device) is { } fault)
        {
            device.Dispose();
            throw new GpuUnavailableException($"{adapter.Name} cannot be used: {fault}");
        }

        return device;
    }
}
