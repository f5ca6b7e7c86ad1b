using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// A compiled guest, to be run any number of times, also at once from several threads; each run is a guest of its
/// own. Thread-safe.
/// </summary>
public sealed class GuestModule : IDisposable
{
    private readonly WasmtimeHandle? _module;
    private readonly WasmtimeHandle? _instancePre;

    internal GuestModule(
        WasmHost host,
        ModuleDescription description,
        WasmtimeHandle module,
        WasmtimeHandle instancePre)
    {
        Engine = host.Engine;
        Ticker = host.Ticker;
        Description = description;
        _module = module;
        _instancePre = instancePre;
    }

    internal GuestModule(ModuleDescription description, ComponentCode component)
    {
        Engine = component.Engine;
        Ticker = component.Ticker;
        Description = description;
        Component = component;
    }

    /// <summary>What the module holds.</summary>
    public ModuleDescription Description { get; }

    internal WasmtimeHandle Engine { get; }

    internal EpochTicker Ticker { get; }

    /// <summary>The core module, ready to be instantiated; null for a component.</summary>
    internal WasmtimeHandle? InstancePre => _instancePre;

    /// <summary>The component; null for a core module.</summary>
    internal ComponentCode? Component { get; }

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
                $"'{Description.Name}' is a library, it has no '{Description.EntryName}': call one of its exports"
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

    /// <summary>
    /// Reads a call of an export as <see cref="Guest.InvokeText"/> takes it, without a guest: bad text can be told
    /// before one is made.
    /// </summary>
    /// <param name="call">The call: <c>NAME(VALUES)</c>, or a name alone.</param>
    /// <returns>The export's name and the arguments.</returns>
    /// <exception cref="ArgumentException">There is no such function, or the text is no call of it.</exception>
    public (string Export, WasmValue[] Arguments) ParseCall(string call)
    {
        ArgumentNullException.ThrowIfNull(call);
        (string name, string? arguments) = WaveReader.Split(call);
        ComponentFunctionType type = FindType(name)
            ?? throw new ArgumentException(
                $"'{Description.Name}' exports no function '{name}' that can be called: it has {CallableExports()}",
                nameof(call));
        try
        {
            return (name, WaveReader.ReadArguments(arguments ?? "()", type));
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"'{name}' has type {type}: {e.Message}", nameof(call), e);
        }
    }

    /// <summary>Frees the compiled code once the guests made of it are disposed.</summary>
    public void Dispose()
    {
        _instancePre?.Dispose();
        _module?.Dispose();
        Component?.Dispose();
    }

    internal string CallableExports()
    {
        string[] names = Component is not null
            ? [.. Component.Functions.Keys]
            : [.. Description.Exports
                .Where(e => e.Kind == ExternKind.Function)
                .Where(e => e.Name is not (GuestExports.Initialize or GuestExports.Realloc))
                .Select(e => e.Name)];
        return names.Length == 0 ? "none" : string.Join(", ", names);
    }

    /// <summary>
    /// The exported function of a component: by its full name, or by its own where only one interface has such a
    /// one; null when there is none.
    /// </summary>
    internal ComponentFunction? FindFunction(string name)
    {
        if (Component!.Functions.TryGetValue(name, out ComponentFunction? function))
        {
            return function;
        }

        ComponentFunction[] found = [.. Component.Functions.Values.Where(f => f.Name == name).Take(2)];
        return found.Length == 1 ? found[0] : null;
    }

    /// <summary>The type by which the text of a call is read; a core function's numbers are signed.</summary>
    private ComponentFunctionType? FindType(string name)
    {
        if (Component is not null)
        {
            return FindFunction(name)?.Type;
        }

        FunctionSignature? signature = Description.Exports.FirstOrDefault(e => e.Name == name)?.Signature;
        bool isCallable = signature?.Parameters.All(
            type => type is WasmType.I32 or WasmType.I64 or WasmType.F32 or WasmType.F64) ?? false;
        return isCallable
            ? new ComponentFunctionType(
                [.. signature!.Parameters.Select((type, i) => KeyValuePair.Create(
                    $"p{i}",
                    new ComponentType { Kind = type }))],
                Result: null)
            : null;
    }
}
