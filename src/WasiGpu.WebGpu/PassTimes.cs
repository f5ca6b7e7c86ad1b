using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>When compute passes began and ended on the device. Used again and again.</summary>
internal sealed unsafe class PassTimes : IDisposable
{
    /// <summary>The most passes that can be timed before the times are brought to the host.</summary>
    internal const int MaxPasses = 64;

    private const ulong Bytes = MaxPasses * 2 * sizeof(ulong);

    private readonly DawnHandle _querySet;
    private readonly DeviceBuffer _resolved;
    private readonly DeviceBuffer _readable;

    internal PassTimes(SharedDevice device)
    {
        Dawn.QuerySetDescriptor descriptor = new()
        {
            Labelled = Dawn.Labelled.None,
            Type = Dawn.QueryTimestamp,
            Count = MaxPasses * 2,
        };
        nint querySet = Dawn.wgpuDeviceCreateQuerySet(device.Pointer, &descriptor);
        _querySet = new DawnHandle(querySet, &Dawn.wgpuQuerySetRelease, device.Releases);
        _resolved = device.CreateOwnedBuffer(Dawn.UsageQueryResolve | Dawn.UsageCopySrc, Bytes);
        _readable = device.CreateOwnedBuffer(Dawn.UsageMapRead | Dawn.UsageCopyDst, Bytes);
    }

    /// <summary>Passes timed so far.</summary>
    internal int Count { get; private set; }

    /// <summary>Says where the device writes the begin and the end of the next pass; there must be room.</summary>
    internal Dawn.PassTimestampWrites Next()
    {
        Check.That(Count < MaxPasses);
        uint first = (uint)Count * 2;
        Count++;
        return new Dawn.PassTimestampWrites
        {
            QuerySet = _querySet.Pointer,
            BeginIndex = first,
            EndIndex = first + 1,
        };
    }

    /// <summary>Records what brings the times to the host, as the last commands.</summary>
    internal void RecordResolve(nint encoder)
    {
        uint count = (uint)Count * 2;
        Dawn.wgpuCommandEncoderResolveQuerySet(encoder, _querySet.Pointer, 0, count, _resolved.Pointer, 0);
        Dawn.wgpuCommandEncoderCopyBufferToBuffer(
            encoder, _resolved.Pointer, 0, _readable.Pointer, 0, count * sizeof(ulong));
    }

    /// <summary>Asks for the times, after the commands were submitted.</summary>
    internal Dawn.Future Map(DawnCompletion completion)
    {
        return Dawn.wgpuBufferMapAsync(_readable.Pointer, Dawn.MapRead, 0, (nuint)Bytes, completion.ForStatus());
    }

    /// <summary>Adds up the passes, when the times are there.</summary>
    internal TimeSpan Read()
    {
        ulong* stamps = (ulong*)Dawn.wgpuBufferGetConstMappedRange(_readable.Pointer, 0, (nuint)Bytes);
        TimeSpan sum = stamps is null ? TimeSpan.Zero : Sum(stamps);
        Dawn.wgpuBufferUnmap(_readable.Pointer);
        return sum;
    }

    /// <summary>Forgets all passes.</summary>
    internal void Reset() => Count = 0;

    /// <summary>Releases the objects, also while the device works on them.</summary>
    public void Dispose()
    {
        _querySet.Dispose();
        _resolved.Dispose();
        _readable.Dispose();
    }

    private TimeSpan Sum(ulong* stamps)
    {
        ulong nanoseconds = 0;
        for (int pass = 0; pass < Count; pass++)
        {
            ulong begin = stamps[2 * pass];
            ulong end = stamps[(2 * pass) + 1];

            // A driver may restart its clock between the two.
            nanoseconds += end > begin ? end - begin : 0;
        }

        return TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick));
    }
}
