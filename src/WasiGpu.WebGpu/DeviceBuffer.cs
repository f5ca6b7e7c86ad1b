using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>Memory on the device: a whole buffer of Dawn's, at least as long as asked for.</summary>
/// <param name="handle">The buffer.</param>
/// <param name="capacityBytes">Its true size, a multiple of 256.</param>
internal sealed class DeviceBuffer(DawnHandle handle, ulong capacityBytes) : IDisposable
{
    /// <summary>The true size; what lies behind the size asked for belongs to nobody.</summary>
    internal ulong CapacityBytes { get; } = capacityBytes;

    internal nint Pointer => handle.Pointer;

    /// <summary>The number of the recording that last used it; 0 for none.</summary>
    internal long LastRecording { get; set; }

    /// <summary>Frees the memory as soon as the work submitted with it is done.</summary>
    public void Dispose()
    {
        if (!handle.IsClosed)
        {
            Dawn.wgpuBufferDestroy(handle.Pointer);
            handle.Dispose();
        }
    }
}
