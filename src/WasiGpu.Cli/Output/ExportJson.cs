namespace WasiGpu.Cli.Output;

/// <summary>One export of <c>inspect --json</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>function</c>, <c>table</c>, <c>memory</c>, <c>global</c>, <c>tag</c>; of
/// a component <c>type</c> and others.</param>
/// <param name="Type">The type of a function, and of a component's type; null for the rest.</param>
internal sealed record ExportJson(string Name, string Kind, string? Type);
