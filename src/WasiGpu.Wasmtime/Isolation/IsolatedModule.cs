namespace WasiGpu.Wasmtime;

/// <summary>
/// A guest to be run in worker processes, any number of times, also at once from several threads; each run is a
/// process of its own. Thread-safe.
/// </summary>
public sealed class IsolatedModule
{
    private readonly IsolatedHostOptions _host;
    private readonly string _name;
    private readonly byte[] _bytes;

    internal IsolatedModule(IsolatedHostOptions host, string name, byte[] bytes)
    {
        _host = host;
        _name = name;
        _bytes = bytes;
    }

    /// <summary>Runs a command from start to exit, as <see cref="GuestModule.Run"/> does.</summary>
    /// <param name="options">What the guest is given; its device is <see cref="GuestOptions.WorkerGpu"/>.</param>
    /// <param name="cancellationToken">Ends the guest.</param>
    /// <returns>How the guest ended. A worker that died is a trap of kind <see cref="GuestTrapKind.Host"/> that names
    /// the signal; a guest that did not end with its time was ended with its worker, within a second, and is a
    /// <see cref="GuestTrapKind.Deadline"/>. <see cref="GuestResult.Usage"/> then holds the time alone.</returns>
    /// <exception cref="GuestLoadException">The guest cannot run here, the options cannot be met, or no worker could be
    /// started.</exception>
    /// <exception cref="GpuUnavailableException">The device asked for cannot be had.</exception>
    /// <exception cref="InvalidOperationException">This process is itself a worker: its program does not call
    /// <see cref="WorkerProcess.RunIfWorker"/> first.</exception>
    public GuestResult Run(GuestOptions options, CancellationToken cancellationToken = default)
    {
        return Start(call: null, options, cancellationToken);
    }

    /// <summary>
    /// Instantiates a library, calls one export as <see cref="Guest.InvokeText"/> does, and ends it. The time limit is
    /// for all of it.
    /// </summary>
    /// <param name="call">The call: <c>NAME(VALUES)</c>, or a name alone.</param>
    /// <param name="options">As for <see cref="Run"/>.</param>
    /// <param name="cancellationToken">Ends the guest.</param>
    /// <returns>As for <see cref="Run"/>, with the values returned; a trap while the guest started is a result
    /// too.</returns>
    /// <exception cref="ArgumentException">There is no such function, or the text is no call of it.</exception>
    /// <exception cref="GuestLoadException">As for <see cref="Run"/>.</exception>
    /// <exception cref="GpuUnavailableException">The device asked for cannot be had.</exception>
    /// <exception cref="InvalidOperationException">This process is itself a worker.</exception>
    public GuestResult InvokeText(string call, GuestOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Start(call, options, cancellationToken);
    }

    private GuestResult Start(string? call, GuestOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Gpu is not null)
        {
            throw new GuestLoadException(
                $"'{_name}' runs in a worker process, which cannot use a device that is open here:"
                + " leave Gpu out, and name the device in WorkerGpu");
        }

        if (WorkerProcess.IsWorker([.. Environment.GetCommandLineArgs().Skip(1)]))
        {
            // Without this a program that forgets its first line would start itself without end.
            throw new InvalidOperationException(
                "this process is a worker: its program must call WorkerProcess.RunIfWorker before all else");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return WorkerRun.Cancelled;
        }

        WorkerRequest request = WorkerRequest.Of(_name, call, options, _host);
        using WorkerRun run = WorkerRun.Start(_host, request, _bytes, options);
        return run.Finish(cancellationToken);
    }
}
