namespace WasiGpu;

/// <summary>A <c>gpu-error</c> as the guest gets it.</summary>
/// <param name="Kind">The case.</param>
/// <param name="Message">The text of <c>kernel-error</c> and <c>invalid-params</c>; for the other cases it is for
/// the host's eyes only and may be null.</param>
public readonly record struct GpuError(GpuErrorKind Kind, string? Message)
{
    /// <summary>Whether the case carries a text to the guest.</summary>
    public bool HasText => Kind is GpuErrorKind.KernelError or GpuErrorKind.InvalidParams;

    /// <summary>The device, a quota or the number of buffers is exhausted.</summary>
    /// <param name="message">What was asked for and what there is.</param>
    public static GpuError OutOfMemory(string message) => new(GpuErrorKind.OutOfMemory, message);

    /// <summary>An id names no live buffer.</summary>
    public static GpuError InvalidBuffer() => new(GpuErrorKind.InvalidBuffer, null);

    /// <summary>A kernel failed or was refused.</summary>
    /// <param name="message">Which kernel, and why.</param>
    public static GpuError KernelError(string message) => new(GpuErrorKind.KernelError, message);

    /// <summary>The device is lost or was never granted.</summary>
    /// <param name="message">What happened to it.</param>
    public static GpuError DeviceUnavailable(string message) => new(GpuErrorKind.DeviceUnavailable, message);

    /// <summary>A size, range or parameter is wrong.</summary>
    /// <param name="message">The value, the limit and what to do.</param>
    public static GpuError InvalidParams(string message) => new(GpuErrorKind.InvalidParams, message);

    /// <summary>The case's name in WIT, and the text if there is one.</summary>
    public override string ToString()
    {
        string name = Kind switch
        {
            GpuErrorKind.OutOfMemory => "out-of-memory",
            GpuErrorKind.InvalidBuffer => "invalid-buffer",
            GpuErrorKind.KernelError => "kernel-error",
            GpuErrorKind.DeviceUnavailable => "device-unavailable",
            _ => "invalid-params",
        };
        return Message is null ? name : $"{name}: {Message}";
    }
}
