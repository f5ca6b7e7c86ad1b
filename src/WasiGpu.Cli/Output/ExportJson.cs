namespace WasiGpu.Cli.Output;

/// <summary>One export of <c>inspect --json</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>function</c>, <c>table</c>, <c>memory</c>, <c>global</c> or <c>tag</c>.</param>
/// <param name="Type">A function's type; null for the rest.</param>
internal sealed record ExportJson(string Name, string Kind, string? Type);
