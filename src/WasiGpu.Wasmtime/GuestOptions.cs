namespace WasiGpu.Wasmtime;

/// <summary>What one guest is given. Everything that is not given is denied: no files, no environment, no GPU.</summary>
public sealed record GuestOptions
{
    /// <summary>The guest's arguments, its own name first (by custom the module's file name).</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The guest's environment, names and values.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Folders the guest may use.</summary>
    public IReadOnlyList<GuestDirectory> Directories { get; init; } = [];

    /// <summary>Where the guest's standard input comes from; null for an empty one. Read on another thread.</summary>
    public Stream? StandardInput { get; init; }

    /// <summary>Where the guest's standard output goes; null to drop it. Written on the guest's thread.</summary>
    public Stream? StandardOutput { get; init; }

    /// <summary>Where the guest's standard error goes; null to drop it. Written on the guest's thread.</summary>
    public Stream? StandardError { get; init; }

    /// <summary>
    /// Hands the process's own standard streams to the guest, which then also sees whether they are terminals; the
    /// three streams above are ignored.
    /// </summary>
    public bool InheritStandardStreams { get; init; }

    /// <summary>
    /// The device granted to the guest; null for none, then every call answers <c>device-unavailable</c>. Shared,
    /// not owned: it outlives the guest.
    /// </summary>
    public IGpuDevice? Gpu { get; init; }

    /// <summary>
    /// The device granted to a guest of an <see cref="IsolatedHost"/>, whose worker process opens it; null for none.
    /// <see cref="Gpu"/> is for guests in this process, this is for no others.
    /// </summary>
    public DeviceChoice? WorkerGpu { get; init; }

    /// <summary>The lowest precision of <c>kernel-matmul</c>.</summary>
    public MatMulPrecision MatMulPrecision { get; init; }

    /// <summary>Time for each call into the guest (start to exit of a command); null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Most bytes of GPU buffers alive at once, as the guest asked for them; null for the device's memory.</summary>
    public ulong? MaxGpuMemoryBytes { get; init; }

    /// <summary>Most buffers alive at once.</summary>
    public int MaxBuffers { get; init; } = 65_536;

    /// <summary>Most bytes of the guest's linear memory; null for the 4 GiB a 32-bit memory can have.</summary>
    public ulong? MaxMemoryBytes { get; init; }

    /// <summary>Called after each <c>wasi:gpu</c> call, on the guest's thread; null for no trace.</summary>
    public Action<GpuCallTrace>? TraceGpu { get; init; }
}
