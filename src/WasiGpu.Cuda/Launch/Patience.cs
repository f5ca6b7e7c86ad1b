using System.Diagnostics;

namespace WasiGpu.Cuda;

/// <summary>
/// Paces a wait for the device: at first it only looks again, since most work takes microseconds; then it lets other
/// threads run; then it sleeps for a millisecond at a time.
/// </summary>
internal struct Patience
{
    private static readonly TimeSpan Spinning = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan Yielding = TimeSpan.FromMilliseconds(2);
    private static readonly ManualResetEventSlim Never = new(initialState: false, spinCount: 0);

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Starts a wait.</summary>
    public Patience()
    {
    }

    /// <summary>The time waited so far.</summary>
    internal readonly TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Waits a little, the longer the wait has lasted.</summary>
    internal readonly void Pause()
    {
        TimeSpan waited = Elapsed;
        if (waited < Spinning)
        {
            Thread.SpinWait(8);
        }
        else if (waited < Yielding)
        {
            Thread.Yield();
        }
        else
        {
            _ = Never.Wait(1);
        }
    }
}
