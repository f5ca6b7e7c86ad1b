using System.Text.Json;
using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Peers;

/// <summary>What a script of <c>bench/peers</c> measured.</summary>
public sealed record PeerFile
{
    /// <summary>Facts of the machine and versions of the libraries.</summary>
    public required IReadOnlyDictionary<string, string> Machine { get; init; }

    /// <summary>What the libraries attain.</summary>
    public required IReadOnlyList<PeerMeasurement> Peers { get; init; }

    /// <summary>What the machine can do at most.</summary>
    public required IReadOnlyList<PeerBound> Bounds { get; init; }

    /// <summary>What was not measured, and why, a sentence each.</summary>
    public required IReadOnlyList<string> Absent { get; init; }

    /// <summary>Reads a file.</summary>
    /// <param name="json">Its content.</param>
    /// <exception cref="JsonException">It is not of this shape.</exception>
    public static PeerFile Parse(string json)
    {
        return JsonSerializer.Deserialize(json, BenchJson.Default.PeerFile)
            ?? throw new JsonException("the file holds null");
    }

    /// <summary>The bound with a name, in units a second; null where it was not measured.</summary>
    /// <param name="name">The name.</param>
    public double? FindBound(string name) => Bounds.FirstOrDefault(bound => bound.Name == name)?.PerSecond;

    /// <summary>What was measured for a case.</summary>
    /// <param name="benchCase">The case.</param>
    /// <exception cref="BenchFailureException">A value has another unit than the case.</exception>
    internal IEnumerable<PeerValue> FindPeers(BenchCase benchCase)
    {
        foreach (PeerMeasurement peer in Peers.Where(
            peer => peer.Suite == benchCase.Suite && peer.Case == benchCase.Case))
        {
            if (peer.Unit != benchCase.Unit)
            {
                throw new BenchFailureException($"the peer {peer.Name} is in {peer.Unit}, the case in {benchCase.Unit}");
            }

            yield return new PeerValue(peer.Name, peer.Value);
        }
    }
}
