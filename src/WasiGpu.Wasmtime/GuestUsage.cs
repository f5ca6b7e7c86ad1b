namespace WasiGpu.Wasmtime;

/// <summary>What a guest has used since it was made.</summary>
public sealed record GuestUsage
{
    /// <summary>Number of <c>wasi:gpu</c> calls, failed ones too.</summary>
    public long GpuCalls { get; init; }

    /// <summary>Number of those that were kernels and succeeded.</summary>
    public long KernelCalls { get; init; }

    /// <summary>Bytes moved from guest memory to buffers.</summary>
    public ulong BytesWritten { get; init; }

    /// <summary>Bytes moved from buffers to guest memory.</summary>
    public ulong BytesRead { get; init; }

    /// <summary>Bytes copied between buffers.</summary>
    public ulong BytesCopied { get; init; }

    /// <summary>Time the device spent in kernels, as far as it is known.</summary>
    public TimeSpan KernelTime { get; init; }

    /// <summary>Bytes of buffers alive now.</summary>
    public ulong GpuBytes { get; init; }

    /// <summary>Most bytes of buffers alive at once.</summary>
    public ulong PeakGpuBytes { get; init; }

    /// <summary>Buffers alive now.</summary>
    public int Buffers { get; init; }

    /// <summary>Time spent in calls into the guest.</summary>
    public TimeSpan RunTime { get; init; }
}
