using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench;

/// <summary>One measurement. All numbers but the ratios are in the row's unit.</summary>
public sealed record BenchRow
{
    /// <summary>The suite's name.</summary>
    public required string Suite { get; init; }

    /// <summary>The case's name, unique within the suite.</summary>
    public required string Case { get; init; }

    /// <summary>The device's backend.</summary>
    public required string Backend { get; init; }

    /// <summary>The device's name.</summary>
    public required string Device { get; init; }

    /// <summary>What was attained, the median of several runs.</summary>
    public required double Value { get; init; }

    /// <summary>The unit.</summary>
    public required string Unit { get; init; }

    /// <summary>What the machine can do at most; null where nothing was measured.</summary>
    public double? Bound { get; init; }

    /// <summary>What the best other implementation attains; null where there is none.</summary>
    public double? Peer { get; init; }

    /// <summary>What is aimed at; null where nothing is, or what it refers to was not measured.</summary>
    public double? Target { get; init; }

    /// <summary>Attained over target, for times target over attained: 1 and more is good.</summary>
    public double? Ratio { get; init; }

    /// <summary>The clock of <see cref="Value"/>: <c>device</c>, <c>replay</c> or <c>wall</c>.</summary>
    public required string Clock { get; init; }

    /// <summary>The same by the host's clock, from the call until the device is done.</summary>
    public required double Wall { get; init; }

    /// <summary>Attained over bound; for times, the other way round.</summary>
    public double? OfBound { get; init; }

    /// <summary>Attained over peer; for times, the other way round.</summary>
    public double? OfPeer { get; init; }

    /// <summary>Which implementation <see cref="Peer"/> is.</summary>
    public string? PeerName { get; init; }

    /// <summary>The target in words.</summary>
    public string? Aim { get; init; }

    /// <summary>Every other implementation.</summary>
    public IReadOnlyList<PeerValue> Peers { get; init; } = [];
}
