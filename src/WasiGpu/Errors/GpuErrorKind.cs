namespace WasiGpu;

/// <summary>The cases of <c>variant gpu-error</c>, with their discriminants.</summary>
public enum GpuErrorKind : byte
{
    /// <summary>The device, the guest's quota or the number of buffers is exhausted.</summary>
    OutOfMemory = 0,

    /// <summary>The id names no live buffer of this guest.</summary>
    InvalidBuffer = 1,

    /// <summary>A kernel failed, or is refused because of a deadline or a device limit.</summary>
    KernelError = 2,

    /// <summary>The device is lost, or the guest was not granted one.</summary>
    DeviceUnavailable = 3,

    /// <summary>A size, range or parameter is wrong.</summary>
    InvalidParams = 4,
}
