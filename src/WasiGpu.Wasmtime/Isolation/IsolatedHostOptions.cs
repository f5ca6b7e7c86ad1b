namespace WasiGpu.Wasmtime;

/// <summary>How guests in worker processes are started.</summary>
public sealed record IsolatedHostOptions
{
    /// <summary>
    /// The program to start as a worker: one whose first act is <see cref="WorkerProcess.RunIfWorker"/>, such as
    /// <c>wasi-gpu</c>. Null for this program itself.
    /// </summary>
    public string? WorkerProgram { get; init; }

    /// <summary>As <see cref="WasmHostOptions.CacheDirectory"/>, for the workers.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>As <see cref="WasmHostOptions.MaxModuleBytes"/>.</summary>
    public long MaxModuleBytes { get; init; } = WasmHostOptions.DefaultMaxModuleBytes;

    /// <summary>
    /// Time for a worker to start, compile the guest and open the device; after that the guest's own limit holds.
    /// </summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(2);
}
