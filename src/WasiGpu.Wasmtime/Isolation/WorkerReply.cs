namespace WasiGpu.Wasmtime;

/// <summary>One message of a worker: exactly one member is there.</summary>
internal sealed record WorkerReply
{
    /// <summary>The guest starts now.</summary>
    public WorkerStarted? Started { get; init; }

    /// <summary>One <c>wasi:gpu</c> call.</summary>
    public GpuCallTrace? Trace { get; init; }

    /// <summary>The guest has ended.</summary>
    public WorkerResult? Result { get; init; }

    /// <summary>The guest could not be run.</summary>
    public WorkerFailure? Failure { get; init; }
}
