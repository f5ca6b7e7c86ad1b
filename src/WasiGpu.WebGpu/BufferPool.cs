using System.Numerics;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// Memory of one device: makes buffers, and keeps freed ones by size for the next of that size, since making one costs
/// milliseconds. What comes from the pool holds old bytes. Thread-safe.
/// </summary>
internal sealed unsafe class BufferPool(SharedDevice device)
{
    private const ulong SmallestBytes = 256;
    private const ulong LargestStepBytes = 1 << 20;
    private const ulong MaxKeptBytes = 256UL << 20;
    private const ulong Usage =
        Dawn.UsageStorage | Dawn.UsageUniform | Dawn.UsageCopySrc | Dawn.UsageCopyDst;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, SameSize> _kept = [];
    private long _clock;
    private ulong _keptBytes;

    /// <summary>Takes memory from the pool, or from the device.</summary>
    /// <param name="sizeBytes">The size asked for.</param>
    /// <param name="isZero">Whether the memory is all zeros.</param>
    /// <exception cref="GpuException">The device has no such memory, or is lost.</exception>
    internal DeviceBuffer Rent(ulong sizeBytes, out bool isZero)
    {
        ulong capacity = CapacityFor(sizeBytes);
        isZero = false;
        lock (_gate)
        {
            if (_kept.TryGetValue(capacity, out SameSize? sameSize)
                && sameSize.Buffers.TryPop(out DeviceBuffer? kept))
            {
                _keptBytes -= capacity;
                sameSize.LastUse = ++_clock;
                return kept;
            }
        }

        isZero = true;
        DeviceBuffer? made = TryCreate(capacity, out GpuError error);

        // The pool's own memory may be what is missing; it is free once the work submitted with it is done.
        if (made is null && error.Kind == GpuErrorKind.OutOfMemory && Clear())
        {
            _ = device.WaitIdle(TimeSpan.FromMilliseconds(500));
            made = TryCreate(capacity, out error);
        }

        return made ?? throw new GpuException(error);
    }

    /// <summary>Takes memory back. Work that uses it must have been submitted.</summary>
    internal void Return(DeviceBuffer buffer)
    {
        if (device.Health.Loss is not null || buffer.CapacityBytes > MaxKeptBytes)
        {
            buffer.Dispose();
            return;
        }

        lock (_gate)
        {
            while (_keptBytes + buffer.CapacityBytes > MaxKeptBytes)
            {
                DropOne();
            }

            if (!_kept.TryGetValue(buffer.CapacityBytes, out SameSize? sameSize))
            {
                sameSize = new SameSize();
                _kept.Add(buffer.CapacityBytes, sameSize);
            }

            sameSize.Buffers.Push(buffer);
            sameSize.LastUse = ++_clock;
            _keptBytes += buffer.CapacityBytes;
        }
    }

    /// <summary>Gives everything kept back to the device.</summary>
    /// <returns>Whether there was anything.</returns>
    internal bool Clear()
    {
        lock (_gate)
        {
            bool hadAny = _keptBytes > 0;
            while (_keptBytes > 0)
            {
                DropOne();
            }

            return hadAny;
        }
    }

    /// <summary>Gives a buffer back to the device, of the size that nobody used for longest.</summary>
    private void DropOne()
    {
        ulong capacity = _kept.MinBy(sameSize => sameSize.Value.LastUse).Key;
        if (_kept[capacity].Buffers.TryPop(out DeviceBuffer? buffer))
        {
            _keptBytes -= capacity;
            buffer.Dispose();
        }
        else
        {
            _kept.Remove(capacity);
        }
    }

    /// <summary>Rounds a size up to one of eight a doubling, and by at most a megabyte.</summary>
    private ulong CapacityFor(ulong sizeBytes)
    {
        ulong limit = device.Limits.MaxBufferSize & ~(SmallestBytes - 1);
        if (sizeBytes > limit)
        {
            throw new GpuException(GpuError.OutOfMemory(
                $"{sizeBytes} bytes asked for: the largest buffer of the device has {limit}"));
        }

        ulong size = Math.Max(sizeBytes, SmallestBytes);
        ulong step = Math.Clamp(1UL << (BitOperations.Log2(size) - 3), SmallestBytes, LargestStepBytes);
        return Math.Min((size + step - 1) & ~(step - 1), limit);
    }

    private DeviceBuffer? TryCreate(ulong capacity, out GpuError error)
    {
        nint pointer = device.CreateBuffer(Usage, capacity, out GpuError? refusal);
        DawnHandle handle = new(pointer, &Dawn.wgpuBufferRelease, device.Releases);
        if (refusal is not { } reason)
        {
            error = default;
            return new DeviceBuffer(handle, capacity);
        }

        handle.Dispose();
        device.Health.ThrowIfLost();
        error = reason with { Message = $"{capacity} bytes asked for: {reason.Message}" };
        return null;
    }

    private sealed class SameSize
    {
        internal Stack<DeviceBuffer> Buffers { get; } = [];

        internal long LastUse { get; set; }
    }
}
