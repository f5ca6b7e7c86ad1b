namespace WasiGpu.Wasmtime;

/// <summary>Why a worker could not run a guest.</summary>
/// <param name="Kind">Which exception it was.</param>
/// <param name="Message">Its message.</param>
internal sealed record WorkerFailure(WorkerFailureKind Kind, string Message)
{
    internal Exception ToException()
    {
        return Kind switch
        {
            WorkerFailureKind.Device => new GpuUnavailableException(Message),
            WorkerFailureKind.Call => new ArgumentException(Message),
            _ => new GuestLoadException(Message),
        };
    }
}
