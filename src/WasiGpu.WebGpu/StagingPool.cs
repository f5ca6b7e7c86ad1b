using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>Kept staging buffers of one device, in one direction: fresh ones cost more than what they carry. Thread-safe.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="mapMode">Dawn's map mode: to read or to write.</param>
internal sealed class StagingPool(SharedDevice device, ulong mapMode)
{
    private const ulong SmallBytes = 64 << 10;
    private const ulong LargeBytes = (8 << 20) + 8;
    private const int MaxKept = 4;

    private readonly Lock _gate = new();
    private readonly Queue<StagingBuffer> _small = [];
    private readonly Queue<StagingBuffer> _large = [];

    /// <summary>Takes one that holds the bytes, which are at most 8 MiB and 8.</summary>
    /// <exception cref="GpuException">The device has no memory for one, or is lost.</exception>
    internal StagingBuffer Rent(ulong sizeBytes)
    {
        Queue<StagingBuffer> kept = sizeBytes <= SmallBytes ? _small : _large;
        lock (_gate)
        {
            if (kept.TryPeek(out StagingBuffer? oldest) && (oldest.IsReady || kept.Count >= MaxKept))
            {
                return kept.Dequeue();
            }
        }

        ulong usage = mapMode == Dawn.MapRead
            ? Dawn.UsageMapRead | Dawn.UsageCopyDst
            : Dawn.UsageMapWrite | Dawn.UsageCopySrc;
        ulong capacity = sizeBytes <= SmallBytes ? SmallBytes : LargeBytes;
        return new StagingBuffer(device.CreateOwnedBuffer(usage, capacity), mapMode);
    }

    /// <summary>Takes one back, mapped, unmapped or with a map asked for.</summary>
    internal void Return(StagingBuffer buffer)
    {
        lock (_gate)
        {
            Queue<StagingBuffer> kept = buffer.Buffer.CapacityBytes == SmallBytes ? _small : _large;
            if (kept.Count < MaxKept && device.Health.Loss is null)
            {
                kept.Enqueue(buffer);
                return;
            }
        }

        buffer.Dispose();
    }

    /// <summary>Frees all of them.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            foreach (StagingBuffer buffer in _small.Concat(_large))
            {
                buffer.Dispose();
            }

            _small.Clear();
            _large.Clear();
        }
    }
}
