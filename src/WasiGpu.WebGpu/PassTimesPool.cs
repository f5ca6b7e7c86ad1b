namespace WasiGpu.WebGpu;

/// <summary>What times the passes of one device's sessions: free, or in use by work that a session has left.
/// Thread-safe.</summary>
internal sealed class PassTimesPool(SharedDevice device)
{
    private const int MaxFree = 32;

    private readonly Lock _gate = new();
    private readonly Stack<PassTimes> _free = [];
    private readonly Queue<Submission> _abandoned = [];

    /// <summary>Takes one that is free.</summary>
    /// <exception cref="GpuException">The device has no memory for one, or is lost.</exception>
    internal PassTimes Rent()
    {
        lock (_gate)
        {
            TakeDone();
            if (_free.TryPop(out PassTimes? free))
            {
                return free;
            }
        }

        return new PassTimes(device);
    }

    /// <summary>Takes back one that no work brings to the host.</summary>
    internal void Return(PassTimes times)
    {
        times.Reset();
        lock (_gate)
        {
            if (_free.Count < MaxFree)
            {
                _free.Push(times);
                return;
            }
        }

        times.Dispose();
    }

    /// <summary>Takes over work that nobody waits for any more.</summary>
    internal void Abandon(Submission submission)
    {
        lock (_gate)
        {
            _abandoned.Enqueue(submission);
            TakeDone();
        }
    }

    /// <summary>Releases all of them.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            foreach (PassTimes times in _free.Concat(_abandoned.Select(s => s.Times).OfType<PassTimes>()))
            {
                times.Dispose();
            }

            _free.Clear();
            _abandoned.Clear();
        }
    }

    private void TakeDone()
    {
        while (_abandoned.TryPeek(out Submission? oldest) && oldest.IsDone)
        {
            _ = _abandoned.Dequeue();
            _ = oldest.Finish(out _);
            if (oldest.Times is { } times)
            {
                times.Reset();
                _free.Push(times);
            }
        }
    }
}
