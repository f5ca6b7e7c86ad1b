namespace WasiGpu.Conformance;

/// <summary>How a case ended.</summary>
public enum CaseOutcome
{
    /// <summary>Every rule it checks holds.</summary>
    Passed,

    /// <summary>A rule is broken.</summary>
    Failed,

    /// <summary>It could not be run; the detail says why.</summary>
    Skipped,
}
