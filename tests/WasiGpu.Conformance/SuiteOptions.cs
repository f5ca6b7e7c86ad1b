namespace WasiGpu.Conformance;

/// <summary>What of a suite is run, and with which data.</summary>
public sealed record SuiteOptions
{
    /// <summary>
    /// Leaves out the big cases: seconds instead of a minute, megabytes instead of gigabytes.
    /// </summary>
    public bool Small { get; init; }

    /// <summary>Only cases whose name contains this text are run; null for all.</summary>
    public string? Filter { get; init; }

    /// <summary>The seed of the data, to repeat a run; null takes a fresh one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Ends the run between two cases.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal bool Selects(ConformanceCase candidate)
    {
        return !(Small && candidate.IsBig)
            && (Filter is null || candidate.Name.Contains(Filter, StringComparison.OrdinalIgnoreCase));
    }
}
