namespace WasiGpu.Wasmtime;

/// <summary>Why a worker could not run a guest.</summary>
internal enum WorkerFailureKind
{
    /// <summary>A <see cref="GuestLoadException"/>, or a fault of the host.</summary>
    Load,

    /// <summary>A <see cref="GpuUnavailableException"/>.</summary>
    Device,

    /// <summary>An <see cref="ArgumentException"/>: a call that fits no function.</summary>
    Call,
}
