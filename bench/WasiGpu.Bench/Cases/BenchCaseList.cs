namespace WasiGpu.Bench.Cases;

/// <summary>What is measured on one backend: a file of <c>bench/cases</c>.</summary>
public sealed record BenchCaseList
{
    /// <summary>The backend.</summary>
    public required string Backend { get; init; }

    /// <summary>
    /// <c>device</c>: a kernel's value comes from the time that the device counts for the session's kernels.
    /// <c>wall</c>: from the host's clock, until the device is done.
    /// </summary>
    public required string Clock { get; init; }

    /// <summary>The recorded figures hold for devices with this text in their name.</summary>
    public string? RecordedOn { get; init; }

    /// <summary>The cases, in the order in which they run.</summary>
    public required IReadOnlyList<BenchCase> Cases { get; init; }
}
