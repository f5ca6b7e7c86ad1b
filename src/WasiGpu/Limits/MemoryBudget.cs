namespace WasiGpu;

/// <summary>
/// An exact limit on bytes in use, shared by any number of threads: a device's memory, or one guest's quota.
/// </summary>
/// <param name="limitBytes">The most bytes that may be in use at once.</param>
public sealed class MemoryBudget(ulong limitBytes)
{
    private ulong _usedBytes;
    private ulong _peakBytes;

    /// <summary>The most bytes that may be in use at once.</summary>
    public ulong LimitBytes { get; } = limitBytes;

    /// <summary>Bytes in use now.</summary>
    public ulong UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>The most bytes that were in use at once so far.</summary>
    public ulong PeakBytes => Volatile.Read(ref _peakBytes);

    /// <summary>Takes bytes if they fit; never overshoots, also when threads race.</summary>
    /// <param name="sizeBytes">How many.</param>
    /// <returns>False, with nothing taken, when they do not fit.</returns>
    public bool TryReserve(ulong sizeBytes)
    {
        ulong used = Volatile.Read(ref _usedBytes);
        while (sizeBytes <= LimitBytes - used)
        {
            ulong seen = Interlocked.CompareExchange(ref _usedBytes, used + sizeBytes, used);
            if (seen == used)
            {
                RaisePeak(used + sizeBytes);
                return true;
            }

            used = seen;
        }

        return false;
    }

    /// <summary>Gives bytes back.</summary>
    /// <param name="sizeBytes">How many; they were reserved before.</param>
    public void Release(ulong sizeBytes)
    {
        ulong before = Interlocked.Add(ref _usedBytes, unchecked(0UL - sizeBytes)) + sizeBytes;
        Check.That(before >= sizeBytes);
    }

    private void RaisePeak(ulong candidate)
    {
        ulong peak = Volatile.Read(ref _peakBytes);
        while (candidate > peak)
        {
            ulong seen = Interlocked.CompareExchange(ref _peakBytes, candidate, peak);
            if (seen == peak)
            {
                return;
            }

            peak = seen;
        }
    }
}
