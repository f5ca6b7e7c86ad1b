using System.Globalization;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>An opened adapter: one user of the device that all users of the adapter share. Thread-safe.</summary>
internal sealed class WebGpuDevice : IGpuDevice
{
    internal const string BackendName = "webgpu";

    private bool _isDisposed;

    internal WebGpuDevice(SharedDevice shared, DeviceInfo info)
    {
        Shared = shared;
        Info = info;
    }

    /// <inheritdoc/>
    public DeviceInfo Info { get; }

    /// <inheritdoc/>
    public MemoryBudget Memory => Shared.Memory;

    /// <inheritdoc/>
    public bool IsLost => Shared.Health.Loss is not null;

    internal SharedDevice Shared { get; }

    /// <inheritdoc/>
    public IGpuBackend CreateBackend(BackendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new WebGpuBackend(Shared, options);
    }

    /// <summary>Ends this use; the last one releases the device. Every backend on it must have been disposed.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            OpenDevices.Release(Shared);
        }
    }

    internal static DeviceInfo Describe(Adapter adapter, int index)
    {
        AdapterLimits limits = adapter.Limits;
        return new DeviceInfo
        {
            Id = $"{BackendName}:{index.ToString(CultureInfo.InvariantCulture)}",
            Name = adapter.Name,
            Backend = BackendName,
            TotalMemoryBytes = adapter.MemoryBytes,
            IsHardware = !adapter.IsSoftware,
            ComputeCapability = $"WebGPU 1.0 {TypeName(adapter.Type)}",
            // Of the rest neither WebGPU nor Vulkan tells.
            Isolation = new DeviceIsolation { SharesContextAcrossProcesses = false },
            Details =
            [
                new("driver", adapter.Driver),
                new("max-buffer-bytes", Text(limits.MaxBufferSize)),
                new("max-binding-bytes", Text(limits.MaxStorageBufferBindingSize)),
                new("workgroup-bytes", Text(limits.MaxWorkgroupStorage)),
                new("workgroup-invocations", Text(limits.MaxInvocations)),
            ],
        };
    }

    private static string TypeName(uint type)
    {
        return type switch
        {
            Dawn.AdapterDiscrete => "discrete",
            Dawn.AdapterIntegrated => "integrated",
            Dawn.AdapterCpu => "cpu",
            _ => "unknown",
        };
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
