namespace WasiGpu.Cpu;

/// <summary>Limits that a program sets for the CPU backend; what is null is taken from the machine.</summary>
public sealed record CpuOptions
{
    /// <summary>
    /// The most threads that one call may use, the caller's included; at least 1. Null: the environment
    /// variable
    /// <c>WASI_GPU_CPU_THREADS</c>, else the number of processors.
    /// </summary>
    public int? MaxThreads { get; init; }

    /// <summary>
    /// The device's memory in bytes, for all guests together. Null: three quarters of the memory that the
    /// machine, or the container the process runs in, has.
    /// </summary>
    public ulong? MemoryBytes { get; init; }
}
