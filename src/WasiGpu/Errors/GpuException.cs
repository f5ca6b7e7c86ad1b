using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WasiGpu;

/// <summary>A backend's report of what the host could not foresee; the guest gets <see cref="Error"/>.</summary>
/// <param name="error">The case and its text.</param>
/// <param name="innerException">The backend's own exception, if there is one.</param>
public sealed class GpuException(GpuError error, Exception? innerException = null)
    : Exception(error.ToString(), innerException)
{
    /// <summary>What the guest gets.</summary>
    public GpuError Error { get; } = error;

    /// <summary>Throws <see cref="GpuErrorKind.OutOfMemory"/>.</summary>
    /// <param name="requestedBytes">What was asked for.</param>
    /// <param name="budget">Where it did not fit.</param>
    [DoesNotReturn]
    [StackTraceHidden]
    public static void ThrowOutOfMemory(ulong requestedBytes, MemoryBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        throw new GpuException(GpuError.OutOfMemory(
            $"{requestedBytes} bytes asked for, {budget.UsedBytes} of {budget.LimitBytes} in use"));
    }
}
