namespace WasiGpu.Conformance;

/// <summary>The result of one case.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">Empty when it passed; else the first rule broken, with its numbers and the seed that
/// repeats the run, or why it was skipped.</param>
public readonly record struct CaseResult(string Case, CaseOutcome Outcome, string Detail);
