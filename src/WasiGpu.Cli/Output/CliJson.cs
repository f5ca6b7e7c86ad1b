using System.Text.Json.Serialization;
using WasiGpu.Bench;

namespace WasiGpu.Cli.Output;

/// <summary>The JSON the program writes; made at build time, since nothing is reflected on at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<BackendJson>))]
[JsonSerializable(typeof(ModuleJson))]
[JsonSerializable(typeof(IReadOnlyList<CaseJson>))]
[JsonSerializable(typeof(IReadOnlyList<BenchRow>))]
internal sealed partial class CliJson : JsonSerializerContext;
