namespace WasiGpu;

/// <summary>
/// The end of a guest's time, shared by the host and the backend. The host sets it before each call into the
/// guest; whoever works for long looks at <see cref="IsPassed"/>. Thread-safe.
/// </summary>
public sealed class Deadline
{
    private const long NoEnd = long.MaxValue;

    private readonly TimeProvider _time;
    private readonly bool _isFixed;
    private long _endTimestamp = NoEnd;
    private long _limitTicks;
    private volatile bool _isCancelled;

    /// <summary>A deadline that has no end until one is set.</summary>
    /// <param name="time">The clock; the system's when null.</param>
    public Deadline(TimeProvider? time = null)
        : this(time, isFixed: false)
    {
    }

    private Deadline(TimeProvider? time, bool isFixed)
    {
        _time = time ?? TimeProvider.System;
        _isFixed = isFixed;
    }

    /// <summary>A deadline that never passes and cannot be set.</summary>
    public static Deadline Never { get; } = new(time: null, isFixed: true);

    /// <summary>
    /// Whether the end has come, by time or by <see cref="Cancel"/>. A few nanoseconds without an end, a clock read
    /// with one.
    /// </summary>
    public bool IsPassed
    {
        get
        {
            if (_isCancelled)
            {
                return true;
            }

            long end = Volatile.Read(ref _endTimestamp);
            return end != NoEnd && _time.GetTimestamp() >= end;
        }
    }

    /// <summary>Whether the end came by <see cref="Cancel"/>.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>The time left: zero once passed, <see cref="Timeout.InfiniteTimeSpan"/> without an end.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (IsPassed)
            {
                return TimeSpan.Zero;
            }

            long end = Volatile.Read(ref _endTimestamp);
            if (end == NoEnd)
            {
                return Timeout.InfiniteTimeSpan;
            }

            TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), end);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Starts the time anew: the end comes after <paramref name="limit"/> from now.</summary>
    /// <param name="limit">The time given; null for no end.</param>
    public void Restart(TimeSpan? limit)
    {
        if (_isFixed)
        {
            throw new InvalidOperationException("the deadline that never passes cannot be set");
        }

        Volatile.Write(ref _limitTicks, limit?.Ticks ?? 0);
        Volatile.Write(ref _endTimestamp, limit is { } given ? EndAfter(given) : NoEnd);
    }

    /// <summary>Lets the end come now, for good.</summary>
    public void Cancel()
    {
        if (!_isFixed)
        {
            _isCancelled = true;
        }
    }

    /// <summary>Throws when the end has come.</summary>
    /// <exception cref="DeadlineException">It has.</exception>
    public void ThrowIfPassed()
    {
        if (IsPassed)
        {
            throw new DeadlineException(Describe());
        }
    }

    /// <summary>One clause that says which end came: the time limit, with its length, or the cancellation.</summary>
    public string Describe()
    {
        return _isCancelled
            ? "the run was cancelled"
            : $"the time limit of {TimeSpan.FromTicks(Volatile.Read(ref _limitTicks)).TotalSeconds:0.###} s passed";
    }

    private long EndAfter(TimeSpan limit)
    {
        double timestamps = Math.Max(0, limit.TotalSeconds) * _time.TimestampFrequency;
        long now = _time.GetTimestamp();
        return timestamps >= NoEnd - now ? NoEnd : now + (long)timestamps;
    }
}
