using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>Memory that both the host and the device reach, one at a time; mapped again and again.</summary>
/// <param name="buffer">The memory.</param>
/// <param name="mapMode">Dawn's map mode.</param>
internal sealed unsafe class StagingBuffer(DeviceBuffer buffer, ulong mapMode) : IDisposable
{
    private DawnCompletion? _mapping;
    private Dawn.Future _future;

    internal DeviceBuffer Buffer { get; } = buffer;

    /// <summary>Whether the host can have it now; never waits.</summary>
    internal bool IsReady
    {
        get
        {
            if (_mapping is { IsDone: false })
            {
                DawnInstance.Poll(_future, TimeSpan.Zero);
            }

            return _mapping is null or { IsDone: true };
        }
    }

    /// <summary>Asks for the memory, which comes when the work submitted with it is done.</summary>
    internal void StartMap()
    {
        _mapping = new DawnCompletion();
        _future = Dawn.wgpuBufferMapAsync(
            Buffer.Pointer, mapMode, 0, (nuint)Buffer.CapacityBytes, _mapping.ForStatus());
    }

    /// <summary>Waits until the host has the memory.</summary>
    /// <returns>The memory; null when the device failed or the limit passed.</returns>
    /// <exception cref="DeadlineException">The deadline passed first.</exception>
    internal byte* WaitMapped(Deadline deadline, TimeSpan limit)
    {
        if (_mapping is null)
        {
            StartMap();
        }

        if (!DawnInstance.Wait(_future, _mapping!, deadline, limit) || _mapping!.Status != Dawn.StatusSuccess)
        {
            return null;
        }

        nuint size = (nuint)Buffer.CapacityBytes;
        return mapMode == Dawn.MapRead
            ? (byte*)Dawn.wgpuBufferGetConstMappedRange(Buffer.Pointer, 0, size)
            : (byte*)Dawn.wgpuBufferGetMappedRange(Buffer.Pointer, 0, size);
    }

    /// <summary>Gives the memory to the device.</summary>
    internal void Unmap()
    {
        Dawn.wgpuBufferUnmap(Buffer.Pointer);
        _mapping = null;
    }

    /// <summary>Frees the memory; a map that is asked for ends.</summary>
    public void Dispose() => Buffer.Dispose();
}
