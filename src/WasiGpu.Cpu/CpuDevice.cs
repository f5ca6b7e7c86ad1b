using System.Globalization;
using System.Runtime.InteropServices;

namespace WasiGpu.Cpu;

/// <summary>The machine's processors as a device: a memory budget, worker threads and the kernels of one
/// instruction set, shared by all guests. Thread-safe; never lost.</summary>
internal sealed class CpuDevice : IGpuDevice
{
    internal const string BackendName = "cpu";
    internal const string DeviceId = "cpu:0";

    internal CpuDevice(CpuSettings settings)
    {
        Info = Describe(settings);
        Memory = new MemoryBudget(settings.MemoryBytes);
        Threads = new CpuThreads(settings.Threads);
        Kernels = VectorKernels.For(settings.Simd);
    }

    /// <inheritdoc/>
    public DeviceInfo Info { get; }

    /// <inheritdoc/>
    public MemoryBudget Memory { get; }

    /// <inheritdoc/>
    public bool IsLost => false;

    internal CpuThreads Threads { get; }

    internal VectorKernels Kernels { get; }

    /// <inheritdoc/>
    public IGpuBackend CreateBackend(BackendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new CpuBackend(this, options);
    }

    /// <summary>Ends the worker threads. Every backend on the device must have been disposed.</summary>
    public void Dispose() => Threads.Dispose();

    internal static DeviceInfo Describe(CpuSettings settings)
    {
        return new DeviceInfo
        {
            Id = DeviceId,
            Name = ProcessorName(),
            Backend = BackendName,
            TotalMemoryBytes = settings.MemoryBytes,
            IsHardware = false,
            ComputeCapability = SimdLevels.NameOf(settings.Simd),
            // Whether its memory corrects errors no portable call tells.
            Isolation = new DeviceIsolation
            {
                IsSlice = false,
                SharesContextAcrossProcesses = false,
                IsExclusive = false,
            },
            Details =
            [
                new("threads", settings.Threads.ToString(CultureInfo.InvariantCulture)),
                new("simd", SimdLevels.NameOf(settings.Simd)),
            ],
        };
    }

    private static string ProcessorName()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/cpuinfo"))
            {
                string[] parts = line.Split(':', 2, StringSplitOptions.TrimEntries);
                if (parts is ["model name", { Length: > 0 } name])
                {
                    return name;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Other systems have no such file; the architecture says enough.
        }

        return $"{RuntimeInformation.ProcessArchitecture} processor";
    }
}
