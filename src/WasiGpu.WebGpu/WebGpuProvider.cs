namespace WasiGpu.WebGpu;

/// <summary>
/// Offers the machine's Vulkan devices through WebGPU: GPUs first, software drivers last and only for those who name
/// them. Needs no GPU vendor's toolkit, only its driver and the Vulkan loader.
/// </summary>
public sealed class WebGpuProvider : IGpuProvider
{
    /// <inheritdoc/>
    public string Backend => WebGpuDevice.BackendName;

    /// <summary>False where the system has no GPU's device file: loading every Vulkan driver to learn that costs more than
    /// many guests run.</summary>
    public bool MayHaveHardware => !OperatingSystem.IsLinux() || DeviceFiles.AnyGpu();

    /// <inheritdoc/>
    public GpuDiscovery Discover()
    {
        try
        {
            return new GpuDiscovery([.. Adapters.Find().Select(WebGpuDevice.Describe)], null);
        }
        catch (GpuUnavailableException e)
        {
            return new GpuDiscovery([], e.Message);
        }
    }

    /// <inheritdoc/>
    public IGpuDevice Open(int index)
    {
        IReadOnlyList<Adapter> adapters = Adapters.Find();
        if (index < 0 || index >= adapters.Count)
        {
            throw new GpuUnavailableException(
                $"there is no device webgpu:{index}: there are {adapters.Count}, numbered from 0");
        }

        return new WebGpuDevice(
            OpenDevices.Acquire(adapters[index]), WebGpuDevice.Describe(adapters[index], index));
    }
}
