namespace WasiGpu.Bench.Cases;

/// <summary>One case: what is done, at which size, and what is aimed at. What a kind does not use is left out.</summary>
/// <remarks>Properties with a default can be set later: the reader of JSON gives those that cannot no chance to keep
/// it.</remarks>
public sealed record BenchCase
{
    /// <summary>The suite that it belongs to.</summary>
    public required string Suite { get; init; }

    /// <summary>Its name, unique within the suite.</summary>
    public required string Case { get; init; }

    /// <summary>What is done; the suites know the kinds.</summary>
    public required string Kind { get; init; }

    /// <summary>The unit of the row, one of <see cref="Units"/>.</summary>
    public required string Unit { get; init; }

    /// <summary>The function of <c>elementwise</c> and <c>reduce</c>, or the guest of <c>program</c>.</summary>
    public string? Op { get; init; }

    /// <summary>Elements of each array.</summary>
    public long Elements { get; init; }

    /// <summary>Rows and columns of square matrices.</summary>
    public int N { get; init; }

    /// <summary>Rows of a table.</summary>
    public int Rows { get; init; }

    /// <summary>Columns of a table.</summary>
    public int Features { get; init; }

    /// <summary>Thresholds scored.</summary>
    public int Thresholds { get; init; }

    /// <summary>Trees of a forest.</summary>
    public int Trees { get; init; }

    /// <summary>The most moves in a tree; 0: trees grow until each leaf holds one sample.</summary>
    public int Depth { get; init; }

    /// <summary>Distinct thresholds of a feature, as training on bins leaves them; 0: as many as there are splits.</summary>
    public int Cuts { get; init; }

    /// <summary>Indices drawn are below it.</summary>
    public uint MaxIndex { get; init; }

    /// <summary>Calls that depend on each other.</summary>
    public int Calls { get; init; }

    /// <summary>Size of a transfer, in MiB.</summary>
    public int SizeMiB { get; init; }

    /// <summary><c>tf32</c> lets matrix products lower their precision.</summary>
    public string? Precision { get; init; }

    /// <summary>A device set up otherwise: <c>1-thread</c>, <c>own-matmul</c>.</summary>
    public string? Variant { get; init; }

    /// <summary>The device's time is that of captured calls which it repeats, where the backend can.</summary>
    public bool Replay { get; init; }

    /// <summary>The name of the bound, measured in the same run.</summary>
    public string? Bound { get; init; }

    /// <summary>How much of the bound one unit of work uses.</summary>
    public double BoundPerUnit { get; set; } = 1;

    /// <summary>The bound in the row's unit where none was measured.</summary>
    public double? RecordedBound { get; init; }

    /// <summary>What others attained in an earlier run on such a device, in the row's unit.</summary>
    public IReadOnlyList<PeerValue> RecordedPeers { get; set; } = [];

    /// <summary>What is aimed at; the strictest counts.</summary>
    public IReadOnlyList<BenchTarget> Targets { get; set; } = [];

    /// <summary>One of the targets is enough: the least strict counts.</summary>
    public bool Any { get; init; }
}
