namespace WasiGpu.Cli.Output;

/// <summary>One backend of <c>devices --json</c>.</summary>
/// <param name="Backend">Its name.</param>
/// <param name="IsInBuild">Whether this program has it.</param>
/// <param name="UnavailableReason">Why it has no device; null when it has.</param>
/// <param name="Devices">Its devices, best first.</param>
internal sealed record BackendJson(
    string Backend,
    bool IsInBuild,
    string? UnavailableReason,
    IReadOnlyList<DeviceJson> Devices);
