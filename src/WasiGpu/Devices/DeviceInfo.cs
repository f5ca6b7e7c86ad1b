namespace WasiGpu;

/// <summary>What a device is. The first five facts are those a guest gets from <c>get-device-info</c>.</summary>
public sealed record DeviceInfo
{
    /// <summary>
    /// The one id of the device in this process and on the command line: backend, colon, number (<c>cpu:0</c>).
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The product name as its driver reports it.</summary>
    public required string Name { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>webgpu</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>The device's memory in bytes.</summary>
    public required ulong TotalMemoryBytes { get; init; }

    /// <summary>False for the CPU backend and for software Vulkan.</summary>
    public required bool IsHardware { get; init; }

    /// <summary>
    /// <c>9.0</c> on an H100 with CUDA; API version and adapter type on WebGPU; the SIMD level on the CPU.
    /// </summary>
    public required string ComputeCapability { get; init; }

    /// <summary>What keeps its users apart.</summary>
    public DeviceIsolation Isolation { get; init; } = new();

    /// <summary>Further facts for people (driver, UUID, limits), in the order to show them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Details { get; init; } = [];
}
