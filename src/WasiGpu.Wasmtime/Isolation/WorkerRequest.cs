namespace WasiGpu.Wasmtime;

/// <summary>What a worker is asked to do; the module's bytes follow it.</summary>
internal sealed record WorkerRequest
{
    public required string Name { get; init; }

    /// <summary>The call of an export; null to run a command.</summary>
    public string? Call { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    public required IReadOnlyList<GuestDirectory> Directories { get; init; }

    public DeviceChoice? Gpu { get; init; }

    public MatMulPrecision MatMulPrecision { get; init; }

    public TimeSpan? TimeLimit { get; init; }

    public ulong? MaxGpuMemoryBytes { get; init; }

    public int MaxBuffers { get; init; }

    public ulong? MaxMemoryBytes { get; init; }

    public bool TracesGpu { get; init; }

    public string? CacheDirectory { get; init; }

    public long MaxModuleBytes { get; init; }

    internal static WorkerRequest Of(string name, string? call, GuestOptions options, IsolatedHostOptions host)
    {
        return new WorkerRequest
        {
            Name = name,
            Call = call,
            Arguments = options.Arguments,
            Environment = options.Environment,
            Directories = options.Directories,
            Gpu = options.WorkerGpu,
            MatMulPrecision = options.MatMulPrecision,
            TimeLimit = options.TimeLimit,
            MaxGpuMemoryBytes = options.MaxGpuMemoryBytes,
            MaxBuffers = options.MaxBuffers,
            MaxMemoryBytes = options.MaxMemoryBytes,
            TracesGpu = options.TraceGpu is not null,
            CacheDirectory = host.CacheDirectory,
            MaxModuleBytes = host.MaxModuleBytes,
        };
    }

    /// <summary>The options of the guest in the worker, whose standard streams are the guest's.</summary>
    internal GuestOptions ToOptions(IGpuDevice? device, Action<GpuCallTrace> trace)
    {
        return new GuestOptions
        {
            Arguments = Arguments,
            Environment = Environment,
            Directories = Directories,
            InheritStandardStreams = true,
            Gpu = device,
            MatMulPrecision = MatMulPrecision,
            TimeLimit = TimeLimit,
            MaxGpuMemoryBytes = MaxGpuMemoryBytes,
            MaxBuffers = MaxBuffers,
            MaxMemoryBytes = MaxMemoryBytes,
            TraceGpu = TracesGpu ? trace : null,
        };
    }
}
