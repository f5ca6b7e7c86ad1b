namespace WasiGpu.Bench.Cases;

/// <summary>What another implementation attains.</summary>
/// <param name="Name">Which, with its version.</param>
/// <param name="Value">The rate or time, in the unit of the row.</param>
public sealed record PeerValue(string Name, double Value)
{
    /// <summary>The best of some; null when there is none.</summary>
    /// <param name="isTime">Whether less is better.</param>
    /// <param name="peers">The values.</param>
    public static PeerValue? Best(bool isTime, IEnumerable<PeerValue> peers)
    {
        return isTime ? peers.MinBy(peer => peer.Value) : peers.MaxBy(peer => peer.Value);
    }
}
