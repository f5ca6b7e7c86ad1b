using System.Globalization;
using System.Text.Json.Serialization;

namespace WasiGpu.Bench.Cases;

/// <summary>What is aimed at: a fixed value, or a multiple of what something else attains.</summary>
public sealed record BenchTarget
{
    /// <summary>The word for the case's bound in <see cref="Of"/>.</summary>
    public const string OfBound = "bound";

    /// <summary>A fixed value in the row's unit.</summary>
    public double? Value { get; init; }

    /// <summary><see cref="OfBound"/>, or how a peer's name begins.</summary>
    public string? Of { get; init; }

    /// <summary>How many times as fast as <see cref="Of"/>.</summary>
    public double Factor { get; set; } = 1;

    /// <summary>The target in words.</summary>
    [JsonIgnore]
    public string Text => Value is { } value
        ? value.ToString(CultureInfo.InvariantCulture)
        : $"{Factor.ToString(CultureInfo.InvariantCulture)} of {Of}";

    /// <summary>The target in the row's unit; null where what it refers to is not known.</summary>
    /// <param name="isTime">Whether less is better.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="peers">The peers.</param>
    public double? Resolve(bool isTime, double? bound, IReadOnlyList<PeerValue> peers)
    {
        if (Value is { } fixedValue)
        {
            return fixedValue;
        }

        double? reference = Of == OfBound
            ? bound
            : PeerValue.Best(isTime, peers.Where(peer => peer.Name.StartsWith(Of!, StringComparison.Ordinal)))?.Value;
        return isTime ? reference / Factor : reference * Factor;
    }
}
