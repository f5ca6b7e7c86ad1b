using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// A compiled guest, to be run any number of times, also at once from several threads; each run is a guest of its
/// own. Thread-safe.
/// </summary>
public sealed class GuestModule : IDisposable
{
    private readonly WasmtimeHandle _module;
    private readonly WasmtimeHandle _instancePre;

    internal GuestModule(
        WasmHost host,
        ModuleDescription description,
        WasmtimeHandle module,
        WasmtimeHandle instancePre)
    {
        Host = host;
        Description = description;
        _module = module;
        _instancePre = instancePre;
    }

    /// <summary>What the module holds.</summary>
    public ModuleDescription Description { get; }

    internal WasmHost Host { get; }

    internal WasmtimeHandle InstancePre => _instancePre;

    /// <summary>Runs a command from start to exit, on the calling thread.</summary>
    /// <param name="options">What the guest is given.</param>
    /// <param name="cancellationToken">Ends the guest; the result then says <see cref="GuestTrapKind.Cancelled"/>,
    /// nothing is thrown.</param>
    /// <returns>How the guest ended: its exit code, or why it was ended.</returns>
    /// <exception cref="GuestLoadException">The module is a library, or the options cannot be met (a folder that does
    /// not exist).</exception>
    public GuestResult Run(GuestOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Description.IsCommand)
        {
            throw new GuestLoadException(
                $"'{Description.Name}' is a library, it has no '{GuestExports.Start}': call one of its exports"
                + $" ({CallableExports()})");
        }

        using Guest guest = new(this, options);
        return guest.RunCommand(cancellationToken);
    }

    /// <summary>
    /// Makes a guest whose exports the embedder calls. Its start function, and <c>_initialize</c> if it has one, run
    /// now.
    /// </summary>
    /// <param name="options">What the guest is given.</param>
    /// <param name="cancellationToken">Ends the guest's initialization.</param>
    /// <returns>The guest; the caller disposes it.</returns>
    /// <exception cref="GuestLoadException">The options cannot be met.</exception>
    /// <exception cref="GuestTrapException">The guest was ended while it initialized itself.</exception>
    public Guest Instantiate(GuestOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Guest guest = new(this, options);
        try
        {
            guest.Initialize(cancellationToken);
            return guest;
        }
        catch
        {
            guest.Dispose();
            throw;
        }
    }

    /// <summary>Frees the compiled code once the guests made of it are disposed.</summary>
    public void Dispose()
    {
        _instancePre.Dispose();
        _module.Dispose();
    }

    internal string CallableExports()
    {
        string[] names = [.. Description.Exports
            .Where(e => e.Kind == ExternKind.Function && e.Name is not (GuestExports.Initialize or GuestExports.Realloc))
            .Select(e => e.Name)];
        return names.Length == 0 ? "none" : string.Join(", ", names);
    }
}
