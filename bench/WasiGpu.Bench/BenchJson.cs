using System.Text.Json;
using System.Text.Json.Serialization;
using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Peers;

namespace WasiGpu.Bench;

/// <summary>The JSON of the benchmarks; made at build time, since nothing is reflected on at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<BenchRow>))]
[JsonSerializable(typeof(BenchCaseList))]
[JsonSerializable(typeof(PeerFile))]
public sealed partial class BenchJson : JsonSerializerContext
{
    /// <summary>Rows as a JSON array.</summary>
    /// <param name="rows">The rows.</param>
    public static string Write(IReadOnlyList<BenchRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return JsonSerializer.Serialize(rows, Default.IReadOnlyListBenchRow) + "\n";
    }
}
