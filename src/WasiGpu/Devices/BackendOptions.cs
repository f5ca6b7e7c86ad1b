namespace WasiGpu;

/// <summary>What a guest's session is opened with.</summary>
public sealed record BackendOptions
{
    /// <summary>When the guest's time is over; shared with the host, which may move it between calls.</summary>
    public Deadline Deadline { get; init; } = Deadline.Never;

    /// <summary>The lowest precision that matrix products may use.</summary>
    public MatMulPrecision MatMulPrecision { get; init; }
}
