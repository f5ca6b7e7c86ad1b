using System.Diagnostics;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// One submission of recorded commands: when it is done, and how long its kernels took. Used again and again. Where the
/// device has timestamps, their arrival in host memory is the sign that the work is done.
/// </summary>
internal sealed unsafe class Submission : IDisposable
{
    /// <summary>The most passes that can be timed in one submission.</summary>
    internal const int MaxPasses = 64;

    private const ulong TimestampBytes = MaxPasses * 2 * sizeof(ulong);

    private readonly SharedDevice _device;
    private readonly DawnHandle? _querySet;
    private readonly DeviceBuffer? _resolved;
    private readonly DeviceBuffer? _readable;
    private DawnCompletion _completion = new();
    private Dawn.Future _future;
    private bool _isMapped;
    private bool _hasKernels;
    private long _submitted;

    internal Submission(SharedDevice device)
    {
        _device = device;
        if (device.HasTimestamps)
        {
            Dawn.QuerySetDescriptor descriptor = new()
            {
                Labelled = Dawn.Labelled.None,
                Type = Dawn.QueryTimestamp,
                Count = MaxPasses * 2,
            };
            nint querySet = Dawn.wgpuDeviceCreateQuerySet(device.Pointer, &descriptor);
            _querySet = new DawnHandle(querySet, &Dawn.wgpuQuerySetRelease, device.Releases);
            _resolved = device.CreateOwnedBuffer(Dawn.UsageQueryResolve | Dawn.UsageCopySrc, TimestampBytes);
            _readable = device.CreateOwnedBuffer(Dawn.UsageMapRead | Dawn.UsageCopyDst, TimestampBytes);
        }
    }

    /// <summary>What the work was estimated to take on the device, in milliseconds.</summary>
    internal double EstimatedMs { get; set; }

    /// <summary>Passes timed so far.</summary>
    internal int PassCount { get; private set; }

    /// <summary>Whether the device is done with the work; never waits.</summary>
    internal bool IsDone
    {
        get
        {
            if (!_completion.IsDone)
            {
                DawnInstance.Poll(_future, TimeSpan.Zero);
            }

            return _completion.IsDone;
        }
    }

    /// <summary>Says where the device writes the begin and the end of the next pass.</summary>
    /// <returns>Whether the pass is timed.</returns>
    internal bool TryTimePass(Dawn.PassTimestampWrites* writes)
    {
        _hasKernels = true;
        if (_querySet is null || PassCount == MaxPasses)
        {
            return false;
        }

        uint first = (uint)PassCount * 2;
        PassCount++;
        *writes = new Dawn.PassTimestampWrites
        {
            QuerySet = _querySet.Pointer,
            BeginIndex = first,
            EndIndex = first + 1,
        };
        return true;
    }

    /// <summary>Records what brings the timestamps to the host, as the last commands.</summary>
    internal void RecordEnd(nint encoder)
    {
        if (PassCount > 0)
        {
            uint count = (uint)PassCount * 2;
            Dawn.wgpuCommandEncoderResolveQuerySet(
                encoder, _querySet!.Pointer, 0, count, _resolved!.Pointer, 0);
            Dawn.wgpuCommandEncoderCopyBufferToBuffer(
                encoder, _resolved.Pointer, 0, _readable!.Pointer, 0, count * sizeof(ulong));
        }
    }

    /// <summary>Asks to be told of the end, after the commands were submitted.</summary>
    internal void Submitted()
    {
        _submitted = Stopwatch.GetTimestamp();
        _completion = new DawnCompletion();
        _isMapped = PassCount > 0;
        _future = _isMapped
            ? Dawn.wgpuBufferMapAsync(
                _readable!.Pointer, Dawn.MapRead, 0, (nuint)TimestampBytes, _completion.ForStatus())
            : Dawn.wgpuQueueOnSubmittedWorkDone(_device.Queue, _completion.ForStatus());
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>False when the limit passed first.</returns>
    /// <exception cref="DeadlineException">The deadline passed first.</exception>
    internal bool Wait(Deadline deadline, TimeSpan limit)
    {
        return DawnInstance.Wait(_future, _completion, deadline, limit);
    }

    /// <summary>Makes a submission that is done ready for the next use.</summary>
    /// <param name="kernelTime">The time of its passes on the device; the time until it was found done, where the device
    /// has no timestamps.</param>
    /// <returns>Null, or Dawn's message when the device failed.</returns>
    internal string? Finish(out TimeSpan kernelTime)
    {
        kernelTime = _querySet is null && _hasKernels ? Stopwatch.GetElapsedTime(_submitted) : TimeSpan.Zero;
        string? failure = _completion.Status == Dawn.StatusSuccess ? null : _completion.Message;
        if (_isMapped && failure is null)
        {
            ulong* stamps = (ulong*)Dawn.wgpuBufferGetConstMappedRange(
                _readable!.Pointer, 0, (nuint)TimestampBytes);
            if (stamps is not null)
            {
                kernelTime = Sum(stamps);
            }

            Dawn.wgpuBufferUnmap(_readable.Pointer);
        }

        Reset();
        return failure;
    }

    /// <summary>Forgets passes that were recorded and will not be submitted.</summary>
    internal void Reset()
    {
        PassCount = 0;
        EstimatedMs = 0;
        _isMapped = false;
        _hasKernels = false;
    }

    /// <summary>Releases the objects, also while the device works on them.</summary>
    public void Dispose()
    {
        _querySet?.Dispose();
        _resolved?.Dispose();
        _readable?.Dispose();
    }

    private TimeSpan Sum(ulong* stamps)
    {
        ulong nanoseconds = 0;
        for (int pass = 0; pass < PassCount; pass++)
        {
            ulong begin = stamps[2 * pass];
            ulong end = stamps[(2 * pass) + 1];

            // A driver may restart its clock between the two.
            nanoseconds += end > begin ? end - begin : 0;
        }

        return TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick));
    }
}
