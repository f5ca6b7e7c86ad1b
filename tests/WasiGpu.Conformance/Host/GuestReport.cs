using System.Globalization;
using WasiGpu.Wasmtime;

namespace WasiGpu.Conformance;

/// <summary>Reads what the guest of the host suite prints: <c>NAME\tOUTCOME\tDETAIL</c> lines and a closing count.</summary>
/// <param name="report">Gets the results.</param>
internal sealed class GuestReport(Action<CaseResult> report)
{
    private readonly Dictionary<CaseOutcome, int> _counts = new()
    {
        [CaseOutcome.Passed] = 0,
        [CaseOutcome.Failed] = 0,
        [CaseOutcome.Skipped] = 0,
    };

    private string? _closingLine;
    private string? _fault;

    internal int CaseCount => _counts.Values.Sum();

    internal void Add(string line)
    {
        string[] fields = line.Split('\t', 3);
        if (fields.Length == 1)
        {
            _closingLine = line;
            return;
        }

        if (!Enum.TryParse(fields[1], ignoreCase: true, out CaseOutcome outcome))
        {
            _fault ??= $"the guest printed '{line}'";
            return;
        }

        _counts[outcome]++;
        report(new CaseResult(fields[0], outcome, fields.ElementAtOrDefault(2) ?? string.Empty));
    }

    /// <summary>What is wrong with the run as a whole; null when nothing is.</summary>
    internal string? FindFault(GuestResult result, string errorText)
    {
        if (result.Trap is { } trap)
        {
            return $"the guest was ended: {trap.Message} {string.Join(" | ", trap.Backtrace)}";
        }

        int failed = _counts[CaseOutcome.Failed];
        string expected = string.Create(
            CultureInfo.InvariantCulture,
            $"{_counts[CaseOutcome.Passed]} passed, {failed} failed, {_counts[CaseOutcome.Skipped]} skipped");
        if (_closingLine != expected)
        {
            return $"the guest closed with '{_closingLine}', its lines say '{expected}' {errorText}".TrimEnd();
        }

        bool isExitRight = failed == 0 ? result.ExitCode == 0 : result.ExitCode != 0;
        return isExitRight ? _fault : $"the guest exited with {result.ExitCode} after {failed} failures {errorText}".TrimEnd();
    }
}
