using System.Text.Json.Serialization;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The JSON between a host and its workers; made at build time, since nothing is reflected on at run time. Strict:
/// nothing is missing or null that should not be. Values of components may be nested deeply, two levels of JSON for each
/// of theirs.
/// </summary>
[JsonSourceGenerationOptions(
    MaxDepth = 1000,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(WorkerRequest))]
[JsonSerializable(typeof(WorkerReply))]
internal sealed partial class WorkerJson : JsonSerializerContext;
