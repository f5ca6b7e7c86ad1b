using WasiGpu.Cli.Output;

namespace WasiGpu.Cli.Guests;

/// <summary>
/// Ends the process when a guest does not come back in time: the engine interrupts running guest code, but not a
/// guest that waits inside a WASI call. Exactly one of the guest's return and this timer gets to speak.
/// </summary>
internal sealed class ProcessEnd : IDisposable
{
    /// <summary>How long the engine is given to end the guest by itself, which shows where the guest was.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    private readonly Lock _lock = new();
    private Timer? _timer;
    private bool _isOver;

    /// <summary>Ends the process some time from now, unless <see cref="Dispose"/> comes first.</summary>
    /// <param name="after">The time until the engine should have ended the guest.</param>
    /// <param name="message">What to say then, without the program's name.</param>
    /// <param name="exitCode">The exit code.</param>
    internal void Schedule(TimeSpan after, string message, int exitCode)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _timer?.Dispose();
                _timer = new Timer(_ => End(message, exitCode), null, after + Grace, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>The guest is back. Does not return when the process is already being ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
        }
    }

    private void End(string message, int exitCode)
    {
        // The lock is kept to the end of the process, so that the other side stays silent.
        lock (_lock)
        {
            if (!_isOver)
            {
                Messages.Error(message);
                Environment.Exit(exitCode);
            }
        }
    }
}
