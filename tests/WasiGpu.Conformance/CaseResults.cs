namespace WasiGpu.Conformance;

/// <summary>What a test of a backend asks of a run of a suite.</summary>
public static class CaseResults
{
    /// <summary>Throws unless enough cases ran and all passed; the message names those that did not.</summary>
    /// <param name="results">What the suite gave.</param>
    /// <param name="atLeast">The cases that must have run.</param>
    /// <exception cref="InvalidOperationException">They did not.</exception>
    public static void RequireAllPassed(IReadOnlyCollection<CaseResult> results, int atLeast)
    {
        ArgumentNullException.ThrowIfNull(results);
        string[] others = [.. results.Where(result => result.Outcome != CaseOutcome.Passed)
            .Select(result => $"{result.Case}: {result.Detail}")];
        if (results.Count < atLeast || others.Length > 0)
        {
            throw new InvalidOperationException(
                $"{results.Count} cases ran, {others.Length} did not pass:\n{string.Join('\n', others.Take(20))}");
        }
    }
}
