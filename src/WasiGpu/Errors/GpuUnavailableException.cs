namespace WasiGpu;

/// <summary>A device that was asked for cannot be had; the message says which, why and what to do.</summary>
public sealed class GpuUnavailableException : Exception
{
    /// <summary>Names the device and the reason.</summary>
    /// <param name="message">Which device, why it cannot be had, what to do.</param>
    /// <param name="innerException">The driver's own report, if there is one.</param>
    public GpuUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
