namespace WasiGpu;

/// <summary>
/// One kind of backend (<c>cuda</c>, <c>webgpu</c>, <c>cpu</c>): finds its devices and opens them.
/// </summary>
/// <remarks>
/// Providers are listed by the program (<see cref="GpuDevices"/>), never found by loading assemblies, so that
/// a program compiled ahead of time has them all. A provider is thread-safe and holds nothing that needs
/// disposing: what costs something to hold belongs to the device it opens.
/// </remarks>
public interface IGpuProvider
{
    /// <summary>The backend's name as guests see it in <c>device-info.backend</c>: lower case, no spaces.</summary>
    string Backend { get; }

    /// <summary>
    /// False when there is surely no hardware device, as far as can be told without loading a driver; then
    /// <see cref="GpuDevices.Auto"/> passes the provider by.
    /// </summary>
    bool MayHaveHardware => true;

    /// <summary>
    /// Lists the devices, best first. Cheap enough to call for a listing (it may load a driver, it opens no
    /// device) and never throws: a missing driver is a state, told in
    /// <see cref="GpuDiscovery.UnavailableReason"/>.
    /// </summary>
    GpuDiscovery Discover();

    /// <summary>Opens a device. This is the costly step: contexts, queues and pools are made here.</summary>
    /// <param name="index">Position in the list that <see cref="Discover"/> returns.</param>
    /// <returns>The device; the caller disposes it after every backend opened on it.</returns>
    /// <exception cref="GpuUnavailableException">There is no such device, or it cannot be opened; the message
    /// names the device, the call that failed and why.</exception>
    IGpuDevice Open(int index);
}
