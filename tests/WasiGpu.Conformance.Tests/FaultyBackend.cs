using System.Runtime.CompilerServices;

namespace WasiGpu.Conformance.Tests;

/// <summary>The reference with one fault.</summary>
internal sealed partial class FaultyBackend(ReferenceDevice device, BackendOptions options, Fault fault)
    : ReferenceBackend(device, options)
{
    // Room behind every buffer, so that a write past the end shows in canaries and not as an exception.
    private const int RoomBytes = 16;

    private static readonly Lock SharedLock = new();
    private static readonly Dictionary<int, byte[]> Shared = [];

    // Sessions open on each device: faults that show only beside another session ask for it.
    private static readonly ConditionalWeakTable<ReferenceDevice, StrongBox<int>> Sessions = [];

    private readonly ReferenceDevice _device = device;
    private readonly Dictionary<int, byte[]> _destroyed = [];
    private readonly Deadline _deadline = options.Deadline;
    private readonly StrongBox<int> _sessions = Opened(device);
    private GpuError? _pending;
    private int _calls;

    public override TimeSpan KernelTime =>
        fault == Fault.SessionKernelTimeMissing ? TimeSpan.Zero : base.KernelTime;

    public override GpuError? TakeFault()
    {
        GpuError? taken = _pending;
        _pending = null;
        return taken;
    }

    public override GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage)
    {
        if (fault == Fault.MemoryRoundsUp && _device.Memory.TryReserve(3 & (0 - sizeBytes)))
        {
            return base.CreateBuffer(sizeBytes, usage);
        }

        try
        {
            return base.CreateBuffer(sizeBytes, usage);
        }
        catch (GpuException refusal)
        {
            switch (fault)
            {
                case Fault.MemoryRefusalTakesBytes:
                    _device.Memory.TryReserve(1);
                    break;
                case Fault.MemoryRefusalByOtherException:
                    throw new InvalidOperationException("no memory", refusal);
                case Fault.MemoryRefusalLeavesFault:
                    _pending = refusal.Error;
                    break;
            }

            throw;
        }
    }

    public override void Write(GpuBuffer target, ulong offset, HostRange source)
    {
        if (fault is Fault.BatchPredictKeepsForestUntilWrite or Fault.BatchPredictKeepsForestUntilWriteOrCopy)
        {
            _kept.Remove(target);
        }

        base.Write(target, fault == Fault.BufferWriteAlignedDown ? offset & ~3UL : offset, source);
        ulong end = offset + source.LengthBytes;
        if (fault == Fault.BufferWriteOneByteTooMany && end < target.SizeBytes)
        {
            Bytes(target)[end] = 0;
        }
    }

    public override void Copy(
        GpuBuffer source,
        ulong sourceOffset,
        GpuBuffer target,
        ulong targetOffset,
        ulong sizeBytes)
    {
        if (fault == Fault.BatchPredictKeepsForestUntilWriteOrCopy)
        {
            _kept.Remove(target);
        }

        if (fault == Fault.BufferCopyLikeMemcpy)
        {
            for (ulong i = 0; i < sizeBytes; i++)
            {
                Bytes(target)[targetOffset + i] = Bytes(source)[sourceOffset + i];
            }

            return;
        }

        ulong copied = fault == Fault.BufferCopyWholeWordsOnly ? sizeBytes & ~3UL : sizeBytes;
        base.Copy(source, sourceOffset, target, targetOffset, copied);
    }

    public override void DestroyBuffer(GpuBuffer buffer)
    {
        if (fault == Fault.BatchPredictKeepsForestOfDestroyedBuffer)
        {
            TreeNode[] nodes = base.Nodes(buffer);
            _keptBySize[nodes.Length] = nodes;
        }

        _destroyed[(int)buffer.SizeBytes] = Bytes(buffer);
        base.DestroyBuffer(buffer);
        if (fault == Fault.MemoryDestroyKeepsBytes)
        {
            _device.Memory.TryReserve(buffer.SizeBytes);
        }
    }

    public override void Dispose()
    {
        Interlocked.Decrement(ref _sessions.Value);
        if (fault != Fault.MemoryDisposeKeepsBytes)
        {
            base.Dispose();
        }
    }

    private static StrongBox<int> Opened(ReferenceDevice device)
    {
        StrongBox<int> sessions = Sessions.GetValue(device, _ => new StrongBox<int>());
        Interlocked.Increment(ref sessions.Value);
        return sessions;
    }

    protected override byte[] NewBytes(int sizeBytes)
    {
        if (fault == Fault.BufferNewIsDirty && _destroyed.Remove(sizeBytes, out byte[]? dirty))
        {
            return dirty;
        }

        if (fault == Fault.SessionSharesBuffers)
        {
            lock (SharedLock)
            {
                return Shared.TryGetValue(sizeBytes, out byte[]? shared) && sizeBytes == 5000
                    ? shared
                    : Shared[sizeBytes] = new byte[sizeBytes];
            }
        }

        return new byte[sizeBytes + RoomBytes];
    }

    protected override void Wait()
    {
        if (fault == Fault.DeadlineAsKernelError && _deadline.IsPassed)
        {
            throw new GpuException(GpuError.KernelError("too late"));
        }

        if (fault != Fault.DeadlineIgnored)
        {
            base.Wait();
        }
    }

    protected override void Store<T>(GpuBuffer target, ReadOnlySpan<T> values)
    {
        bool isShort = fault is Fault.BootstrapLeavesOutLast
            or Fault.AverageLeavesOutLast
            or Fault.MatMulLeavesOutLast
            or Fault.ElementwiseLeavesOutLast;
        bool isLong = fault is Fault.BootstrapWritesPastEnd
            or Fault.FindSplitWritesPastEnd
            or Fault.MatMulWritesPastEnd
            or Fault.ElementwiseWritesPastEnd
            or Fault.ReduceWritesPastEnd
            or Fault.BatchPredictWritesPastEnd;
        if (isLong)
        {
            base.Store<T>(target, [.. values, default]);
            return;
        }

        base.Store(target, isShort && values.Length > 1 ? values[..^1] : values);
    }
}
