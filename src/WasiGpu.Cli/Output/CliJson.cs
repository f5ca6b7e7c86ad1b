using System.Text.Json.Serialization;

namespace WasiGpu.Cli.Output;

/// <summary>The JSON the program writes; made at build time, since nothing is reflected on at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<BackendJson>))]
[JsonSerializable(typeof(ModuleJson))]
[JsonSerializable(typeof(IReadOnlyList<CaseJson>))]
internal sealed partial class CliJson : JsonSerializerContext;
