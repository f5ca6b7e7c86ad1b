namespace WasiGpu.Wasmtime;

/// <summary>
/// Moves an embedder's stream into the pipe that is a guest's standard input, until either side ends. On a thread of
/// its own, since the stream may block for as long as it likes and an embedder may keep the thread pool busy with
/// guests. Disposes the pipe, never the stream.
/// </summary>
internal sealed class InputPump : IDisposable
{
    // Timers are coarse: never before the deadline itself, which decides what the guest's end is called.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly Stream _input;
    private readonly Stream _pipe;
    private volatile bool _isCutOff;

    /// <summary>Starts to move bytes.</summary>
    internal InputPump(Stream input, Stream pipe)
    {
        _input = input;
        _pipe = pipe;
        new Thread(Copy) { IsBackground = true, Name = "wasi-gpu input" }.Start();
    }

    /// <summary>Whether the guest's input ended because its time was over.</summary>
    internal bool IsCutOff => _isCutOff;

    /// <summary>Ends the guest's input after a time: a guest that waits for input does not look at its deadline.</summary>
    /// <returns>The timer; null when the time is too long to matter.</returns>
    internal IDisposable? CutOffAfter(TimeSpan limit)
    {
        return limit > LongestTimer
            ? null
            : new Timer(_ => CutOff(), null, limit < TimeSpan.Zero ? Grace : limit + Grace, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the guest's input now, because its time is over.</summary>
    internal void CutOff()
    {
        _isCutOff = true;
        _pipe.Dispose();
    }

    /// <summary>Ends the guest's input; the stream's current read may go on, its bytes are dropped.</summary>
    public void Dispose() => _pipe.Dispose();

    private void Copy()
    {
        try
        {
            _input.CopyTo(_pipe);
        }
        catch (Exception)
        {
            // The guest has ended, or the stream has failed, in whatever way it does: the input is over.
        }
        finally
        {
            _pipe.Dispose();
        }
    }
}
