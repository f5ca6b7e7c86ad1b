namespace WasiGpu.Cpu;

/// <summary>
/// Offers the machine's processors as the one device <c>cpu:0</c>. Always there, unless an environment
/// variable asks for what the processor cannot do.
/// </summary>
/// <remarks>
/// <c>WASI_GPU_CPU_SIMD</c> (<c>avx512</c>, <c>avx2</c> or <c>portable</c>) forces the instruction set;
/// <c>WASI_GPU_CPU_THREADS</c> limits the threads of a call where <see cref="CpuOptions.MaxThreads"/> is
/// null. Results are the same bits for every choice of both.
/// </remarks>
public sealed class CpuProvider : IGpuProvider
{
    private readonly CpuOptions _options;

    /// <summary>A provider for this machine.</summary>
    /// <param name="options">Limits; the machine's own when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is below 1 or above 1024, or there
    /// are 0 bytes of memory.</exception>
    public CpuProvider(CpuOptions? options = null)
    {
        _options = options ?? new CpuOptions();
        if (_options.MaxThreads is < 1 or > CpuSettings.MaxThreads)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                $"MaxThreads is {_options.MaxThreads}: must be from 1 to {CpuSettings.MaxThreads}");
        }

        if (_options.MemoryBytes == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), "MemoryBytes is 0: must be at least 1");
        }
    }

    /// <inheritdoc/>
    public string Backend => CpuDevice.BackendName;

    /// <summary>False: the processors are what is taken where no other hardware is.</summary>
    public bool MayHaveHardware => false;

    /// <inheritdoc/>
    public GpuDiscovery Discover()
    {
        try
        {
            return new GpuDiscovery([CpuDevice.Describe(CpuSettings.Resolve(_options))], null);
        }
        catch (GpuUnavailableException e)
        {
            return new GpuDiscovery([], e.Message);
        }
    }

    /// <inheritdoc/>
    public IGpuDevice Open(int index)
    {
        return index == 0
            ? new CpuDevice(CpuSettings.Resolve(_options))
            : throw new GpuUnavailableException(
                $"there is no device cpu:{index}: the only one is {CpuDevice.DeviceId}");
    }
}
