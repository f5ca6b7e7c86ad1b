namespace WasiGpu.Conformance;

/// <summary>A case of the backend suite.</summary>
internal sealed class BackendCase(string name, bool isBig, Action<CaseContext> body)
    : ConformanceCase(name, isBig)
{
    internal Action<CaseContext> Body { get; } = body;
}
