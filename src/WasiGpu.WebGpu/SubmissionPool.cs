namespace WasiGpu.WebGpu;

/// <summary>Submissions of one device that are free, or still running for a session that ended. Thread-safe.</summary>
internal sealed class SubmissionPool(SharedDevice device)
{
    private const int MaxFree = 32;

    private readonly Lock _gate = new();
    private readonly Stack<Submission> _free = [];
    private readonly Queue<Submission> _abandoned = [];

    /// <summary>Takes one that is free.</summary>
    /// <exception cref="GpuException">The device has no memory for one, or is lost.</exception>
    internal Submission Rent()
    {
        lock (_gate)
        {
            while (_abandoned.TryPeek(out Submission? oldest) && oldest.IsDone)
            {
                _ = _abandoned.Dequeue();
                _ = oldest.Finish(out _);
                _free.Push(oldest);
            }

            if (_free.TryPop(out Submission? free))
            {
                return free;
            }
        }

        return new Submission(device);
    }

    /// <summary>Takes back one that is done and finished, or was never submitted.</summary>
    internal void Return(Submission submission)
    {
        lock (_gate)
        {
            if (_free.Count < MaxFree)
            {
                _free.Push(submission);
                return;
            }
        }

        submission.Dispose();
    }

    /// <summary>Takes over one whose work nobody waits for any more.</summary>
    internal void Abandon(Submission submission)
    {
        lock (_gate)
        {
            _abandoned.Enqueue(submission);
        }
    }

    /// <summary>Releases all of them.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            foreach (Submission submission in _free.Concat(_abandoned))
            {
                submission.Dispose();
            }

            _free.Clear();
            _abandoned.Clear();
        }
    }
}
