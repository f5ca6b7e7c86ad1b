namespace WasiGpu.Cli.Output;

/// <summary>One device of <c>devices --json</c>.</summary>
/// <param name="Id">The id that <c>--device</c> takes.</param>
/// <param name="Name">The product name.</param>
/// <param name="TotalMemoryBytes">The device's memory.</param>
/// <param name="IsHardware">False for the CPU backend and for software renderers.</param>
/// <param name="ComputeCapability">As guests see it.</param>
/// <param name="Isolation">What separates the guests on it.</param>
/// <param name="Details">Further facts.</param>
internal sealed record DeviceJson(
    string Id,
    string Name,
    ulong TotalMemoryBytes,
    bool IsHardware,
    string ComputeCapability,
    IsolationJson Isolation,
    IReadOnlyDictionary<string, string> Details);
