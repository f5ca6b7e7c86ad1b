using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>An adapter as it was found: what it is, and the request that finds it again.</summary>
/// <param name="Name">The product's name.</param>
/// <param name="Driver">The driver's own description.</param>
/// <param name="Type">Dawn's adapter type.</param>
/// <param name="VendorId">The vendor's PCI number.</param>
/// <param name="DeviceId">The product's PCI number.</param>
/// <param name="Limits">What it can do.</param>
/// <param name="MemoryBytes">Its device-local memory where it tells that, else its largest buffer.</param>
/// <param name="Request">The request that finds it.</param>
internal sealed record Adapter(
    string Name,
    string Driver,
    uint Type,
    uint VendorId,
    uint DeviceId,
    AdapterLimits Limits,
    ulong MemoryBytes,
    AdapterRequest Request)
{
    /// <summary>Whether it is a processor that runs a software driver.</summary>
    internal bool IsSoftware => Type == Dawn.AdapterCpu;

    /// <summary>Whether two requests found the same adapter.</summary>
    internal bool IsSameAs(Adapter other)
    {
        return Name == other.Name && Driver == other.Driver && Type == other.Type
            && VendorId == other.VendorId && DeviceId == other.DeviceId;
    }
}
