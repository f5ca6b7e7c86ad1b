namespace WasiGpu.Tests;

/// <summary>A provider that lists devices and opens none: opening tells which would have been.</summary>
internal sealed class ListedProvider(string backend, params bool[] hardware) : IGpuProvider
{
    public string Backend => backend;

    /// <summary>Gets the number of the device opened; throws where a device cannot be.</summary>
    internal Func<int, IGpuDevice> Opening { get; init; } = index => throw new OpenedException(backend, index);

    /// <summary>Whether the provider must not be asked for its devices.</summary>
    internal bool HasSurelyNone { get; init; }

    public bool MayHaveHardware => !HasSurelyNone;

    public GpuDiscovery Discover()
    {
        Assert.False(HasSurelyNone, "a driver was loaded for nothing");
        return new GpuDiscovery(
            [.. hardware.Select((isHardware, index) => new DeviceInfo
            {
                Id = $"{backend}:{index}",
                Name = "listed",
                Backend = backend,
                TotalMemoryBytes = 1,
                IsHardware = isHardware,
                ComputeCapability = "",
            })],
            hardware.Length == 0 ? "no driver: install one" : null);
    }

    public IGpuDevice Open(int index) => Opening(index);
}
