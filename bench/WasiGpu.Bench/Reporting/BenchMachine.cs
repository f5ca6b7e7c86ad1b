using System.Globalization;
using System.Runtime.InteropServices;

namespace WasiGpu.Bench.Reporting;

/// <summary>Facts of the machine that a page of results shows.</summary>
public static class BenchMachine
{
    private const double Gibi = 1 << 30;

    /// <summary>The time, the device and the system.</summary>
    /// <param name="device">The device measured.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(DeviceInfo device)
    {
        ArgumentNullException.ThrowIfNull(device);
        string time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        double memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gibi;
        return
        [
            new("measured", time),
            new("device", $"{device.Id} {device.Name}, {device.ComputeCapability}"),
            .. device.Details,
            new("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
            new("processors", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
            new("memory", memory.ToString("0.0 'GiB'", CultureInfo.InvariantCulture)),
        ];
    }
}
