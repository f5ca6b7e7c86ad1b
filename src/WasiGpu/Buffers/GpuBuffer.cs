namespace WasiGpu;

/// <summary>
/// A buffer on a device. Each backend derives its own; the session that made it frees it
/// (<see cref="IGpuBackend.DestroyBuffer"/>, or the session's end). Numbers that guests use for buffers exist
/// only in the host.
/// </summary>
/// <param name="sizeBytes">The size as asked for.</param>
/// <param name="usage">The promise it was created with.</param>
public abstract class GpuBuffer(ulong sizeBytes, BufferUsage usage)
{
    /// <summary>The size as asked for, in bytes; what lies behind it in the backend's allocation is never shown.</summary>
    public ulong SizeBytes { get; } = sizeBytes;

    /// <summary>The promise the buffer was created with.</summary>
    public BufferUsage Usage { get; } = usage;
}
