using System.Runtime.InteropServices;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>Finds the adapters of this machine.</summary>
internal static unsafe class Adapters
{
    private const string VulkanLoader = "libvulkan.so.1";

    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);

    private static readonly AdapterRequest[] Requests =
    [
        new(Dawn.PowerHigh, IsFallback: false),
        new(Dawn.PowerLow, IsFallback: false),
        new(Dawn.PowerHigh, IsFallback: true),
    ];

    /// <summary>Lists the adapters: hardware first, the fastest of it first, then software.</summary>
    /// <param name="vulkanLoader">The library that Dawn will load for it.</param>
    /// <exception cref="GpuUnavailableException">There is none; the message says why.</exception>
    internal static IReadOnlyList<Adapter> Find(string vulkanLoader = VulkanLoader)
    {
        nint instance = DawnInstance.Pointer;
        if (OperatingSystem.IsLinux() && !NativeLibrary.TryLoad(vulkanLoader, out _))
        {
            throw new GpuUnavailableException(
                $"{vulkanLoader} not found: install the Vulkan loader (Debian and Ubuntu: libvulkan1)");
        }

        List<Adapter> found = [];
        string refusal = string.Empty;
        foreach (AdapterRequest request in Requests)
        {
            nint pointer = Request(instance, request, out string message);
            if (pointer == 0)
            {
                refusal = refusal.Length == 0 ? message : refusal;
                continue;
            }

            Adapter adapter = Describe(pointer, request);
            Dawn.wgpuAdapterRelease(pointer);
            if (!found.Exists(adapter.IsSameAs))
            {
                found.Add(adapter);
            }
        }

        return found.Count > 0
            ? [.. found.OrderBy(adapter => adapter.IsSoftware)]
            : throw new GpuUnavailableException(
                "no Vulkan device: install a driver for the GPU"
                + (refusal.Length == 0 ? string.Empty : $" (Dawn says: {refusal})"));
    }

    /// <summary>Asks for an adapter.</summary>
    /// <param name="instance">Dawn's instance.</param>
    /// <param name="request">Which one.</param>
    /// <param name="message">Why there is none.</param>
    /// <returns>The adapter, which the caller releases, or 0.</returns>
    internal static nint Request(nint instance, AdapterRequest request, out string message)
    {
        Dawn.RequestAdapterOptions options = new()
        {
            FeatureLevel = Dawn.FeatureLevelCore,
            PowerPreference = request.PowerPreference,
            ForceFallbackAdapter = request.IsFallback ? 1u : 0,
            BackendType = OperatingSystem.IsLinux() ? Dawn.BackendVulkan : Dawn.BackendUndefined,
        };
        DawnCompletion completion = new();
        Dawn.Future future = Dawn.wgpuInstanceRequestAdapter(instance, &options, completion.ForObject());
        if (!DawnInstance.Wait(future, completion, Deadline.Never, RequestLimit))
        {
            message = $"the driver did not answer within {RequestLimit.TotalSeconds} s";
            return 0;
        }

        message = completion.Message;
        return completion.Status == Dawn.StatusSuccess ? completion.Result : 0;
    }

    /// <summary>Reads what an adapter tells of itself.</summary>
    internal static Adapter Describe(nint pointer, AdapterRequest request)
    {
        Dawn.AdapterInfo info = default;
        _ = Dawn.wgpuAdapterGetInfo(pointer, &info);
        string name = DawnText.Read(info.Device);
        string driver = DawnText.Read(info.Description);
        if (name.Length == 0)
        {
            name = driver;
        }

        AdapterLimits limits = AdapterLimits.From(Limits(pointer));
        Adapter adapter = new(
            name,
            driver,
            info.AdapterType,
            info.VendorId,
            info.DeviceId,
            limits,
            MemoryBytes(pointer) ?? limits.MaxBufferSize,
            request);
        Dawn.wgpuAdapterInfoFreeMembers(info);
        return adapter;
    }

    /// <summary>The size of an adapter's largest memory of its own; null where it does not tell.</summary>
    private static ulong? MemoryBytes(nint pointer)
    {
        Dawn.MemoryHeaps heaps = new() { Chained = new Dawn.Chained { Type = Dawn.TypeMemoryHeaps } };
        Dawn.AdapterInfo info = new() { Next = &heaps };
        if (Dawn.wgpuAdapterGetInfo(pointer, &info) != Dawn.StatusSuccess)
        {
            return null;
        }

        ulong largest = 0;
        for (nuint i = 0; i < heaps.Count; i++)
        {
            Dawn.MemoryHeap heap = heaps.Items[i];
            if ((heap.Properties & Dawn.HeapDeviceLocal) != 0)
            {
                largest = Math.Max(largest, heap.Size);
            }
        }

        Dawn.wgpuAdapterInfoFreeMembers(info);
        heaps.Chained.Next = null;
        Dawn.wgpuAdapterPropertiesMemoryHeapsFreeMembers(heaps);
        return largest == 0 ? null : largest;
    }

    /// <summary>Everything an adapter can do, as a device is asked for.</summary>
    internal static Dawn.Limits Limits(nint pointer)
    {
        Dawn.Limits limits = default;
        _ = Dawn.wgpuAdapterGetLimits(pointer, &limits);
        return limits;
    }

    /// <summary>Whether an adapter has a feature.</summary>
    internal static bool Has(nint pointer, uint feature)
    {
        Dawn.Features features = default;
        Dawn.wgpuAdapterGetFeatures(pointer, &features);
        bool isThere = new ReadOnlySpan<uint>(features.Items, (int)features.Count).Contains(feature);
        Dawn.wgpuSupportedFeaturesFreeMembers(features);
        return isThere;
    }
}
