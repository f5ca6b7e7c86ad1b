using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Measuring;

/// <summary>What a case took.</summary>
/// <param name="WallSeconds">The host's clock, from the call until the device is done.</param>
/// <param name="Work">Bytes, operations or elements; 1 where the time itself counts.</param>
internal sealed record Measurement(double WallSeconds, double Work = 1)
{
    /// <summary>What the device counts; null where it is not asked.</summary>
    internal double? DeviceSeconds { get; init; }

    /// <summary>Whether the device repeated captured calls.</summary>
    internal bool IsReplay { get; init; }

    /// <summary>What was measured in turns as the bound, in units of the bound a second.</summary>
    internal double? BoundPerSecond { get; init; }

    /// <summary>Other implementations measured in turns, in the case's unit.</summary>
    internal IReadOnlyList<PeerValue> Peers { get; init; } = [];
}
