namespace WasiGpu;

/// <summary>What a provider found.</summary>
/// <param name="Devices">The devices, best first; empty when there is none.</param>
/// <param name="UnavailableReason">Why there is none, as one sentence that says what to do
/// (<c>libcuda.so.1 not found: install the NVIDIA driver</c>); null when there are devices.</param>
public sealed record GpuDiscovery(IReadOnlyList<DeviceInfo> Devices, string? UnavailableReason);
