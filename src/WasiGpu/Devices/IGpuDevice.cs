namespace WasiGpu;

/// <summary>
/// An opened device: owns the context, the memory budget and the health state that all guests on it share.
/// Thread-safe.
/// </summary>
public interface IGpuDevice : IDisposable
{
    /// <summary>What the device is. Does not change, also not after a loss.</summary>
    DeviceInfo Info { get; }

    /// <summary>
    /// The device's memory, shared by all guests. A backend reserves here whatever it allocates on the device:
    /// buffers as asked for, and its own scratch memory, which it gives up first when a buffer does not fit.
    /// </summary>
    MemoryBudget Memory { get; }

    /// <summary>
    /// True once the device has failed for good (a sticky driver error, a removed adapter). Every backend on it
    /// then throws <see cref="GpuErrorKind.DeviceUnavailable"/>; a new device must be opened for later guests.
    /// </summary>
    bool IsLost { get; }

    /// <summary>Starts one guest's session. Its buffers and its faults are its own.</summary>
    /// <param name="options">The session's deadline and numeric options.</param>
    /// <exception cref="GpuException">The session's own resources (a stream, a staging buffer) could not be had.</exception>
    IGpuBackend CreateBackend(BackendOptions options);
}
