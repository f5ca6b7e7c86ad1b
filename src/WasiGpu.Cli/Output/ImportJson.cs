namespace WasiGpu.Cli.Output;

/// <summary>One import of <c>inspect --json</c>.</summary>
/// <param name="Module">The module or interface it comes from.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Kind"><c>function</c>, <c>table</c>, <c>memory</c>, <c>global</c>, <c>tag</c>; of
/// a component <c>type</c> and others.</param>
/// <param name="Type">The type of a function, and of a component's type; null for the rest.</param>
internal sealed record ImportJson(string Module, string Name, string Kind, string? Type);
