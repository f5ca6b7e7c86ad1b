using System.Diagnostics;
using System.Runtime.InteropServices;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// Records one session's commands in order and submits them together: at a wait, when there are many, when they are
/// enough work, or when the first is old. The work submitted and not done is bounded, so that a session's end never
/// leaves the device busy for long. One caller at a time.
/// </summary>
internal sealed unsafe partial class CommandRecorder : IDisposable
{
    private const int MaxCalls = 256;
    private const ulong MaxWrittenBytes = 1 << 20;
    private const double MaxUnfinishedMs = 200;

    /// <summary>Bringing times to the host costs as much as a small kernel: a session's first submissions do, so that
    /// short ones are counted in full; later ones when they are so many passes, or at a sync.</summary>
    private const int FewSubmissions = 16;
    private const int ManyPasses = 16;

    private static readonly TimeSpan OldestCall = TimeSpan.FromMilliseconds(2);

    // The work of one submission is far below a second: a device that takes this long hangs.
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private static long _lastRecording;

    private readonly SharedDevice _device;
    private readonly Deadline _deadline;
    private readonly double _submitMs;
    private readonly DeviceBuffer _parameters;
    private readonly byte[] _parameterBytes;
    private readonly List<DeviceBuffer> _retired = [];
    private readonly Queue<Submission> _unfinished = [];
    private double _unfinishedMs;
    private long _recording = Interlocked.Increment(ref _lastRecording);
    private DawnHandle? _encoder;
    private DawnHandle? _pass;
    private nint _boundPipeline;
    private PassTimes? _times;
    private int _timedSubmissions;
    private bool _hasKernels;
    private int _callCount;
    private ulong _writtenBytes;
    private double _recordedMs;
    private long _firstRecorded;

    internal CommandRecorder(SharedDevice device, Deadline deadline)
    {
        _device = device;
        _deadline = deadline;

        // A GPU should start early; a software driver pays more for each submission.
        _submitMs = device.Adapter.IsSoftware ? 50 : 2;
        _parameters = device.CreateOwnedBuffer(
            Dawn.UsageUniform | Dawn.UsageCopyDst, MaxCalls * PipelineCache.ParameterBytes);
        _parameterBytes = new byte[MaxCalls * PipelineCache.ParameterBytes];
    }

    /// <summary>The device's time in this session's kernels, as far as their submissions are known to be done.</summary>
    internal TimeSpan KernelTime { get; private set; }

    /// <summary>Records a kernel.</summary>
    /// <param name="pipeline">The kernel.</param>
    /// <param name="parameters">Its parameters, at most 64 words.</param>
    /// <param name="views">Its storage bindings, from binding 1 on.</param>
    /// <param name="groupsX">Workgroups in X.</param>
    /// <param name="groupsY">Workgroups in Y.</param>
    /// <param name="estimatedMs">What it will take on this device, roughly; at most about 100.</param>
    internal void Dispatch(
        KernelPipeline pipeline,
        ReadOnlySpan<uint> parameters,
        ReadOnlySpan<BufferView> views,
        uint groupsX,
        uint groupsY,
        double estimatedMs)
    {
        Check.That(views.Length == pipeline.Access.Length);
        Check.That(parameters.Length * sizeof(uint) <= PipelineCache.ParameterBytes);
        Check.That(groupsX <= _device.Limits.MaxWorkgroupsPerDimension);
        Check.That(groupsY <= _device.Limits.MaxWorkgroupsPerDimension);
        if (groupsX == 0 || groupsY == 0)
        {
            return;
        }

        ThrowIfOver();
        uint offset = (uint)_callCount * PipelineCache.ParameterBytes;
        MemoryMarshal.AsBytes(parameters).CopyTo(_parameterBytes.AsSpan((int)offset));
        _callCount++;
        nint pass = OpenPass();
        if (_boundPipeline != pipeline.Pointer)
        {
            _boundPipeline = pipeline.Pointer;
            Dawn.wgpuComputePassEncoderSetPipeline(pass, _boundPipeline);
        }

        nint group = CreateGroup(pipeline, views);
        Dawn.wgpuComputePassEncoderSetBindGroup(pass, 0, group, 1, &offset);
        Dawn.wgpuComputePassEncoderDispatchWorkgroups(pass, groupsX, groupsY, 1);
        Dawn.wgpuBindGroupRelease(group);
        SubmitIfDue(estimatedMs);
    }

    /// <summary>Records a copy between two buffers; offsets and sizes are multiples of 4.</summary>
    internal void Copy(BufferView source, BufferView target)
    {
        Check.That(source.SizeBytes == target.SizeBytes && source.SizeBytes % 4 == 0);
        Check.That(source.OffsetBytes % 4 == 0 && target.OffsetBytes % 4 == 0);
        Check.That(!ReferenceEquals(source.Buffer, target.Buffer));
        ThrowIfOver();
        source.Buffer.LastRecording = _recording;
        target.Buffer.LastRecording = _recording;
        Dawn.wgpuCommandEncoderCopyBufferToBuffer(
            OpenEncoder(),
            source.Buffer.Pointer,
            source.OffsetBytes,
            target.Buffer.Pointer,
            target.OffsetBytes,
            source.SizeBytes);
        SubmitIfDue(CopyMs(source.SizeBytes));
    }

    /// <summary>Records zeros; offset and size are multiples of 4.</summary>
    internal void Clear(BufferView target)
    {
        ThrowIfOver();
        target.Buffer.LastRecording = _recording;
        Dawn.wgpuCommandEncoderClearBuffer(
            OpenEncoder(), target.Buffer.Pointer, target.OffsetBytes, target.SizeBytes);
        SubmitIfDue(CopyMs(target.SizeBytes));
    }

    /// <summary>Records host bytes, which are copied now; offset and size are multiples of 4.</summary>
    internal void Write(DeviceBuffer target, ulong offset, byte* source, ulong sizeBytes)
    {
        ThrowIfOver();
        target.LastRecording = _recording;
        Dawn.wgpuCommandEncoderWriteBuffer(OpenEncoder(), target.Pointer, offset, source, sizeBytes);
        _writtenBytes += sizeBytes;
        SubmitIfDue(0);
    }

    /// <summary>Gives memory back to the pool once the recorded commands that use it are submitted.</summary>
    internal void Retire(DeviceBuffer buffer)
    {
        if (buffer.LastRecording != _recording)
        {
            _device.Pool.Return(buffer);
        }
        else
        {
            _retired.Add(buffer);
        }
    }

    /// <summary>Submits what is recorded.</summary>
    /// <exception cref="GpuException">Dawn refused the commands, or the device is lost.</exception>
    internal void Submit()
    {
        if (_encoder is not null)
        {
            Submit(_timedSubmissions < FewSubmissions || _times is { Count: >= ManyPasses });
        }
    }

    /// <summary>Submits what is recorded and waits until the device is done with all of it.</summary>
    internal void Finish()
    {
        if (_times is { Count: > 0 })
        {
            _ = StartEncoder();
        }

        if (_encoder is not null)
        {
            Submit(bringsTimes: true);
        }

        while (_unfinished.Count > 0)
        {
            WaitForOldest();
        }
    }

    private void Submit(bool bringsTimes)
    {
        EndPass();
        _ = DawnErrors.Take();
        using DawnHandle encoder = _encoder!;
        _encoder = null;
        PassTimes? times = bringsTimes && _times is { Count: > 0 } ? _times : null;
        if (times is not null)
        {
            times.RecordResolve(encoder.Pointer);
            _times = null;
            _timedSubmissions++;
        }

        nint commands = Dawn.wgpuCommandEncoderFinish(encoder.Pointer, null);
        if (_callCount > 0)
        {
            // The queue writes these before the commands, and after all that was submitted earlier.
            fixed (byte* bytes = _parameterBytes)
            {
                nuint size = (nuint)_callCount * PipelineCache.ParameterBytes;
                Dawn.wgpuQueueWriteBuffer(_device.Queue, _parameters.Pointer, 0, bytes, size);
            }
        }

        Dawn.wgpuQueueSubmit(_device.Queue, 1, &commands);
        Dawn.wgpuCommandBufferRelease(commands);
        Submission submission = new(_device, times, _hasKernels && !_device.HasTimestamps, _recordedMs);
        _unfinished.Enqueue(submission);
        _unfinishedMs += submission.EstimatedMs;
        Reset();
        _device.Health.ThrowIfLost();
        DawnErrors.ThrowIfAny();
        while (_unfinishedMs > MaxUnfinishedMs && _unfinished.Count > 1)
        {
            WaitForOldest();
        }

        TakeDone();
    }

    /// <summary>Takes the times of submissions that are done; never waits.</summary>
    internal void TakeDone()
    {
        while (_unfinished.TryPeek(out Submission? oldest) && oldest.IsDone)
        {
            Take(oldest);
        }
    }

    /// <summary>Drops what is recorded and leaves what is submitted to the device.</summary>
    public void Dispose()
    {
        _pass?.Dispose();
        _encoder?.Dispose();
        _pass = null;
        _encoder = null;
        if (_times is not null)
        {
            _device.PassTimes.Return(_times);
            _times = null;
        }

        DropDownloads();
        while (_unfinished.TryDequeue(out Submission? submission))
        {
            _device.PassTimes.Abandon(submission);
        }

        Reset();
        _parameters.Dispose();
    }

    private double CopyMs(ulong sizeBytes) => sizeBytes / (_device.Adapter.IsSoftware ? 2e6 : 5e8);

    private void ThrowIfOver()
    {
        _deadline.ThrowIfPassed();
        _device.Health.ThrowIfLost();
    }

    private void SubmitIfDue(double estimatedMs)
    {
        _recordedMs += estimatedMs;
        if (_callCount == MaxCalls
            || _recordedMs >= _submitMs
            || _writtenBytes >= MaxWrittenBytes
            || (_pass is null && _times is { Count: PassTimes.MaxPasses })
            || Stopwatch.GetElapsedTime(_firstRecorded) >= OldestCall)
        {
            Submit();
        }
    }

    private nint OpenEncoder()
    {
        EndPass();
        return StartEncoder();
    }

    private nint StartEncoder()
    {
        if (_encoder is null)
        {
            nint pointer = Dawn.wgpuDeviceCreateCommandEncoder(_device.Pointer, null);
            _encoder = new DawnHandle(pointer, &Dawn.wgpuCommandEncoderRelease, _device.Releases);
            _firstRecorded = Stopwatch.GetTimestamp();
        }

        return _encoder.Pointer;
    }

    private nint OpenPass()
    {
        if (_pass is null)
        {
            nint encoder = StartEncoder();
            _hasKernels = true;
            Dawn.ComputePassDescriptor descriptor = new() { Labelled = Dawn.Labelled.None };
            Dawn.PassTimestampWrites writes;
            if (_device.HasTimestamps)
            {
                _times ??= _device.PassTimes.Rent();
                writes = _times.Next();
                descriptor.TimestampWrites = &writes;
            }

            nint pointer = Dawn.wgpuCommandEncoderBeginComputePass(encoder, &descriptor);
            _pass = new DawnHandle(pointer, &Dawn.wgpuComputePassEncoderRelease, _device.Releases);
            _boundPipeline = 0;
        }

        return _pass.Pointer;
    }

    private void EndPass()
    {
        if (_pass is not null)
        {
            Dawn.wgpuComputePassEncoderEnd(_pass.Pointer);
            _pass.Dispose();
            _pass = null;
        }
    }

    private nint CreateGroup(KernelPipeline pipeline, ReadOnlySpan<BufferView> views)
    {
        int count = views.Length + 1;
        Dawn.BindGroupEntry* entries = stackalloc Dawn.BindGroupEntry[count];
        entries[0] = new Dawn.BindGroupEntry { Buffer = _parameters.Pointer, Size = PipelineCache.ParameterBytes };
        for (int i = 0; i < views.Length; i++)
        {
            Check.That(views[i].OffsetBytes % _device.Limits.MinStorageBufferOffsetAlignment == 0);
            Check.That(views[i].SizeBytes <= _device.Limits.MaxStorageBufferBindingSize);
            views[i].Buffer.LastRecording = _recording;
            entries[i + 1] = new Dawn.BindGroupEntry
            {
                Binding = (uint)i + 1,
                Buffer = views[i].Buffer.Pointer,
                Offset = views[i].OffsetBytes,
                Size = views[i].SizeBytes,
            };
        }

        Dawn.BindGroupDescriptor descriptor = new()
        {
            Labelled = Dawn.Labelled.None,
            Layout = pipeline.Layout,
            EntryCount = (nuint)count,
            Entries = entries,
        };
        return Dawn.wgpuDeviceCreateBindGroup(_device.Pointer, &descriptor);
    }

    private void WaitForOldest()
    {
        Submission oldest = _unfinished.Peek();
        if (!oldest.Wait(_deadline, HangLimit))
        {
            _device.Health.MarkLost($"the device did not answer for {HangLimit.TotalSeconds} s");
            _device.Health.ThrowIfLost();
        }

        Take(oldest);
    }

    private void Take(Submission done)
    {
        _ = _unfinished.Dequeue();
        _unfinishedMs -= done.EstimatedMs;
        string? failure = done.Finish(out TimeSpan kernelTime);
        KernelTime += kernelTime;
        if (done.Times is { } times)
        {
            _device.PassTimes.Return(times);
        }

        if (failure is not null)
        {
            _device.Health.MarkLost($"the device is lost: {failure}");
        }

        _device.Health.ThrowIfLost();
    }

    /// <summary>Starts anew after a submission: memory given up before it may now be used by others.</summary>
    private void Reset()
    {
        foreach (DeviceBuffer buffer in _retired)
        {
            _device.Pool.Return(buffer);
        }

        _retired.Clear();
        _recording = Interlocked.Increment(ref _lastRecording);
        _callCount = 0;
        _hasKernels = false;
        _writtenBytes = 0;
        _recordedMs = 0;
    }
}
