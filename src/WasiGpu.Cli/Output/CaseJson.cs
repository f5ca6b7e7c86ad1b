namespace WasiGpu.Cli.Output;

/// <summary>One case of <c>conformance --json</c>.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Outcome"><c>passed</c>, <c>failed</c> or <c>skipped</c>.</param>
/// <param name="Detail">Empty when it passed.</param>
internal sealed record CaseJson(string Case, string Outcome, string Detail);
