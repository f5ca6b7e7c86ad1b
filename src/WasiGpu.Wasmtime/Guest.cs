using System.Diagnostics;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// One running guest: its instance, its memory, its GPU state, its limits. Everything it has ends with it. One
/// caller at a time; different guests run at once.
/// </summary>
public sealed unsafe partial class Guest : IDisposable
{
    // A component has instances of its own for every module, and several for adapting calls between components. Each
    // memory takes 4 GiB of address space, of which a process has 128 TiB.
    private const int MaxComponentInstances = 1000;
    private const int MaxComponentMemories = 64;

    // The guest whose code runs on this thread. Guest code runs on the thread that called it, so a host call finds its
    // guest here for a nanosecond; asking the engine's store for it costs two native calls.
    [ThreadStatic]
    private static Guest? _current;

    private readonly GuestModule _module;
    private readonly GuestOptions _options;
    private readonly Deadline _deadline = new();
    private readonly WasmtimeHandle _store;
    private readonly nint _context;
    private WasmtimeInstance _instance;
    private readonly InputPump? _input;
    private bool _isInstantiated;
    private int _isRunning;
    private GuestTrap? _finalTrap;
    private TimeSpan _runTime;

    internal Guest(GuestModule module, GuestOptions options)
    {
        _module = module;
        _options = options;
        TraceGpu = options.TraceGpu;
        if (options.WorkerGpu is not null)
        {
            throw new GuestLoadException(
                $"'{module.Description.Name}' runs in this process: open a device and give it as Gpu, WorkerGpu is for an"
                + " IsolatedHost");
        }

        if (module.Component is null)
        {
            CheckMemory(module.Description, options.MaxMemoryBytes);
        }

        Memories = new ComponentMemories(options.MaxMemoryBytes ?? ulong.MaxValue);
        try
        {
            Gpu = new GuestGpu(options, _deadline);
        }
        catch (GpuException e)
        {
            throw new GuestLoadException($"the GPU cannot be used: {e.Error}", e);
        }

        _store = new WasmtimeHandle(
            WasmtimeApi.wasmtime_store_new(module.Engine.Pointer, data: 0, finalizer: 0),
            &DeleteStore);
        _context = WasmtimeApi.wasmtime_store_context(_store.Pointer);
        try
        {
            // The engine limits each memory; a component may have several, whose sum the host limits as it makes them.
            long memoryBytes = module.Component is null
                ? (long)Math.Min(options.MaxMemoryBytes ?? long.MaxValue, long.MaxValue)
                : -1;
            WasmtimeApi.wasmtime_store_limiter(
                _store.Pointer,
                memoryBytes,
                ModuleLimits.MaxTableElements,
                instances: module.Component is null ? 1 : MaxComponentInstances,
                tables: module.Component is null ? 64 : MaxComponentInstances,
                memories: module.Component is null ? 1 : MaxComponentMemories);
            WasmtimeApi.wasmtime_store_epoch_deadline_callback(_store.Pointer, &OnEpoch, data: 0, finalizer: 0);
            _input = WasiSetup.Apply(_context, options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the guest has used so far.</summary>
    public GuestUsage Usage => Gpu.GetUsage(_runTime);

    /// <summary>The end of the guest's time.</summary>
    internal Deadline Deadline => _deadline;

    /// <summary>The guest whose code runs on this thread; there is one inside every host call.</summary>
    internal static Guest Current => _current!;

    /// <summary>The store's context, the same for its whole life.</summary>
    internal nint Context => _context;

    /// <summary>The guest's GPU state.</summary>
    internal GuestGpu Gpu { get; }

    internal Action<GpuCallTrace>? TraceGpu { get; }

    /// <summary>The memories of a component; none for a core module.</summary>
    internal ComponentMemories Memories { get; }

    /// <summary>Texts that a call through a bridge left to be placed: an error's, and those of the device.</summary>
    internal byte[]?[] DeferredTexts { get; } = new byte[4][];

    /// <summary>Calls an export of a library, on the calling thread, with the time limit starting anew.</summary>
    /// <param name="export">The export's name.</param>
    /// <param name="arguments">Numbers of the types its signature has.</param>
    /// <param name="cancellationToken">Ends the guest for good; the result then says
    /// <see cref="GuestTrapKind.Cancelled"/>, nothing is thrown.</param>
    /// <returns>The values returned, or why the guest was ended. After a trap of its own the guest can be called again,
    /// but its data may be half changed; once its time limit passed or it was cancelled it is over for good, and
    /// each further call answers the same.</returns>
    /// <exception cref="ArgumentException">There is no such function, or the arguments do not fit it.</exception>
    /// <exception cref="InvalidOperationException">The guest is running, on another thread or further up on this
    /// one.</exception>
    public GuestResult Invoke(
        string export,
        ReadOnlySpan<WasmValue> arguments,
        CancellationToken cancellationToken = default)
    {
        if (_module.Component is not null)
        {
            return InvokeComponent(export, arguments, cancellationToken);
        }

        FunctionSignature signature = FindSignature(export, arguments);
        RawValue[] slots = new RawValue[Math.Max(signature.Parameters.Count, signature.Results.Count)];
        for (int i = 0; i < arguments.Length; i++)
        {
            slots[i].I64 = arguments[i].Bits(signature.Parameters[i]);
        }

        GuestResult result = RunTimed(() => Call(export, slots), cancellationToken);
        return result.Trap is not null || result.ExitCode != 0
            ? result
            : result with { Values = [.. signature.Results.Select((type, i) => ToValue(type, slots[i]))] };
    }

    /// <summary>
    /// Calls an export as <see cref="Invoke"/> does, with everything in one text: <c>NAME(VALUES)</c>, or a name alone
    /// where there are no arguments. Values of a component are in WAVE: <c>f(1, "two", [3, 4])</c>; those of a core
    /// module are numbers.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends the guest for good.</param>
    /// <returns>As <see cref="Invoke"/> does.</returns>
    /// <exception cref="ArgumentException">There is no such function, or the text is no call of it.</exception>
    /// <exception cref="InvalidOperationException">The guest is running.</exception>
    public GuestResult InvokeText(string call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        (string export, WasmValue[] arguments) = _module.ParseCall(call);
        return Invoke(export, arguments, cancellationToken);
    }

    /// <summary>Frees the instance and everything it has on the device.</summary>
    /// <exception cref="InvalidOperationException">The guest is running.</exception>
    public void Dispose()
    {
        if (_store.IsClosed)
        {
            return;
        }

        // Never given back: a disposed guest does not run again.
        TakeTurn();
        try
        {
            // Backends let go of the guest's memory before it is unmapped.
            _memory?.Host.Release();
            Memories.ReleaseHosts();
        }
        finally
        {
            try
            {
                Gpu.Dispose();
            }
            finally
            {
                _store.Dispose();
                _input?.Dispose();
            }
        }
    }

    /// <summary>Runs <c>_start</c>.</summary>
    internal GuestResult RunCommand(CancellationToken cancellationToken)
    {
        return RunTimed(
            () => Instantiate() ?? (_module.Component is null ? Call(GuestExports.Start, []) : RunCommandExport()),
            cancellationToken);
    }

    /// <summary>Runs the start function and <c>_initialize</c> of a library.</summary>
    internal void Initialize(CancellationToken cancellationToken)
    {
        bool hasInitialize = _module.Component is null
            && _module.Description.Exports.Any(e => e.Name == GuestExports.Initialize);
        GuestResult result = RunTimed(
            () => Instantiate() ?? (hasInitialize ? Call(GuestExports.Initialize, []) : null),
            cancellationToken);
        if (result.Trap is { } trap)
        {
            throw new GuestTrapException(trap);
        }

        if (result.ExitCode != 0)
        {
            throw new GuestLoadException($"'{_module.Description.Name}' exited with {result.ExitCode} while it started");
        }
    }

    private static WasmValue ToValue(WasmType type, RawValue slot)
    {
        return WasmValue.FromBits(type, type is WasmType.I32 or WasmType.F32 ? slot.I32 : slot.I64);
    }

    private static void CheckMemory(ModuleDescription module, ulong? limitBytes)
    {
        const ulong PageBytes = 65_536;
        foreach (ModuleMemory memory in module.Memories)
        {
            if (limitBytes is { } limit && memory.MinimumPages > limit / PageBytes)
            {
                throw new GuestLoadException(
                    $"'{module.Name}' starts with {memory.MinimumPages * PageBytes} bytes of memory:"
                    + $" the limit is {limit}, raise it");
            }
        }
    }

    private static void DeleteStore(nint store) => WasmtimeApi.wasmtime_store_delete(store);

    private FunctionSignature FindSignature(string export, ReadOnlySpan<WasmValue> arguments)
    {
        ModuleExport? found = _module.Description.Exports.FirstOrDefault(e => e.Name == export);
        if (found?.Signature is not { } signature)
        {
            throw new ArgumentException(
                $"'{_module.Description.Name}' exports no function '{export}': it has "
                + _module.CallableExports(),
                nameof(export));
        }

        bool canCall = signature.Parameters.Concat(signature.Results).All(
            type => type is WasmType.I32 or WasmType.I64 or WasmType.F32 or WasmType.F64);
        bool fits = canCall && arguments.Length == signature.Parameters.Count;
        for (int i = 0; fits && i < arguments.Length; i++)
        {
            fits = arguments[i].Type == signature.Parameters[i];
        }

        return fits
            ? signature
            : throw new ArgumentException(
                $"'{export}' has type {signature}"
                + (canCall ? ": the arguments do not fit" : ": only numbers can be passed and returned"),
                nameof(arguments));
    }

    /// <summary>Takes the right to use the store: a second user would corrupt it.</summary>
    private void TakeTurn()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
        {
            throw new InvalidOperationException(
                "the guest is running: it has one caller at a time, and cannot be called or disposed by its own callbacks");
        }
    }

    /// <summary>
    /// Runs guest code under the time limit; <paramref name="run"/> returns how it ended, null when it returned
    /// normally.
    /// </summary>
    private GuestResult RunTimed(Func<GuestEnd?> run, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_store.IsClosed, this);
        TakeTurn();
        try
        {
            GuestEnd? end = _finalTrap is { } final
                ? new GuestEnd(GuestResult.EndedExitCode, final)
                : RunUntilDeadline(run, cancellationToken);

            // A backend that saw the end of its time takes no more calls, so the guest must not go on.
            if (end?.Trap is { Kind: GuestTrapKind.Deadline or GuestTrapKind.Cancelled } trap)
            {
                _finalTrap = trap;
            }

            return new GuestResult
            {
                ExitCode = end?.ExitCode ?? 0,
                Trap = end?.Trap,
                IsDeviceLost = Gpu.IsDeviceLost,
                Usage = Usage,
                Device = _options.Gpu?.Info,
            };
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private GuestEnd? RunUntilDeadline(Func<GuestEnd?> run, CancellationToken cancellationToken)
    {
        bool hasEnd = _options.TimeLimit is not null || cancellationToken.CanBeCanceled;
        _deadline.Restart(_options.TimeLimit);
        using CancellationTokenRegistration registration = cancellationToken.Register(Cancel);
        using IDisposable? cut = _options.TimeLimit is { } limit ? _input?.CutOffAfter(limit) : null;
        if (_deadline.IsPassed)
        {
            return new GuestEnd(GuestResult.EndedExitCode, DescribeDeadline());
        }

        long start = Stopwatch.GetTimestamp();
        if (hasEnd)
        {
            _module.Ticker.Enter();
        }

        Guest? outer = _current;
        _current = this;
        try
        {
            WasmtimeApi.wasmtime_context_set_epoch_deadline(_context, 1);
            GuestEnd? end = run();

            // A guest whose input was cut off may have taken that for the input's end, and exited before a tick.
            return _input is { IsCutOff: true } && end?.Trap is null
                ? new GuestEnd(GuestResult.EndedExitCode, DescribeDeadline())
                : end;
        }
        finally
        {
            _current = outer;
            _runTime += Stopwatch.GetElapsedTime(start);
            if (hasEnd)
            {
                _module.Ticker.Leave();
            }
        }
    }

    private void Cancel()
    {
        _deadline.Cancel();
        _input?.CutOff();
    }

    private GuestEnd? Instantiate()
    {
        if (_isInstantiated)
        {
            throw new InvalidOperationException("the guest is instantiated already");
        }

        _isInstantiated = true;
        if (_module.Component is { } component)
        {
            return InstantiateComponent(component);
        }

        nint trap = 0;
        nint error;

        // Start functions run here, possibly for long; the module may be disposed meanwhile.
        bool isHeld = false;
        WasmtimeHandle instancePre = _module.InstancePre!;
        instancePre.DangerousAddRef(ref isHeld);
        try
        {
            fixed (WasmtimeInstance* instance = &_instance)
            {
                error = WasmtimeApi.wasmtime_instance_pre_instantiate(
                    instancePre.DangerousGetHandle(),
                    _context,
                    instance,
                    &trap);
            }
        }
        finally
        {
            instancePre.DangerousRelease();
        }

        return TakeEnd(error, trap);
    }

    private GuestEnd? Call(string export, RawValue[] slots)
    {
        byte[] name = Encoding.UTF8.GetBytes(export);
        WasmtimeExtern item = default;
        nint trap = 0;
        nint error;
        fixed (WasmtimeInstance* instance = &_instance)
        fixed (byte* namePointer = name)
        fixed (RawValue* data = slots)
        {
            if (WasmtimeApi.wasmtime_instance_export_get(_context, instance, namePointer, (nuint)name.Length, &item) == 0
                || item.Kind != WasmtimeExtern.KindFunc)
            {
                throw new InvalidOperationException($"the instance has no function '{export}'");
            }

            RawValue none = default;
            RawValue* pointer = data is null ? &none : data;
            error = WasmtimeApi.wasmtime_func_call_unchecked(_context, &item.Func, pointer, (nuint)slots.Length, &trap);
        }

        return TakeEnd(error, trap);
    }
}
