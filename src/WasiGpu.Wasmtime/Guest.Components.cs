using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>What differs for a guest that is a component: how it is instantiated and called.</summary>
public sealed unsafe partial class Guest
{
    private const string RunFunction = "run";

    private ComponentInstance _componentInstance;
    private GuestWaits? _waits;

    /// <summary>What waits for the pollables of this guest; made when it waits for the first time.</summary>
    internal GuestWaits Waits => _waits ??= MakeWaits();

    private static string Refused(string name, string reason) => $"'{name}' cannot run here: {reason}";

    /// <summary>Forgets what waits: it cannot be called again after a trap.</summary>
    internal void ForgetWaits() => _waits = null;

    private GuestWaits MakeWaits()
    {
        // Its memory is the host's: it takes nothing from the guest's limit.
        Memories.IsHostsTurn = true;
        try
        {
            return _module.Component!.Waits.Instantiate(_context);
        }
        finally
        {
            Memories.IsHostsTurn = false;
        }
    }

    private GuestEnd? InstantiateComponent(ComponentCode code)
    {
        // The module may be disposed while the component's code runs.
        bool isHeld = false;
        bool isLinkerHeld = false;
        code.Component.DangerousAddRef(ref isHeld);
        try
        {
            code.Linker.DangerousAddRef(ref isLinkerHeld);
            nint error;
            fixed (ComponentInstance* instance = &_componentInstance)
            {
                error = WasmtimeApi.wasmtime_component_linker_instantiate(
                    code.Linker.DangerousGetHandle(),
                    _context,
                    code.Component.DangerousGetHandle(),
                    instance);
            }

            if (error != 0 && Memories.Refusal is { } refusal)
            {
                _ = WasmtimeErrors.Take(error);
                throw new GuestLoadException(Refused(_module.Description.Name, refusal));
            }

            return TakeEnd(error, trap: 0);
        }
        finally
        {
            if (isLinkerHeld)
            {
                code.Linker.DangerousRelease();
            }

            code.Component.DangerousRelease();
        }
    }

    /// <summary>Runs <c>wasi:cli/run</c>; an error that it returns is the exit code 1.</summary>
    private GuestEnd? RunCommandExport()
    {
        string name = _module.Description.Exports.First(export => ComponentDescription.IsRun(export.Name)).Name;
        ComponentFunc function = FindFunction(name, RunFunction);
        ComponentVal result = default;
        nint error = WasmtimeApi.wasmtime_component_func_call(&function, _context, null, 0, &result, 1);
        if (TakeEnd(error, trap: 0) is { } end)
        {
            return end;
        }

        bool isOk = result.Boolean != 0;
        WasmtimeApi.wasmtime_component_val_delete(&result);
        return isOk ? null : new GuestEnd(1, Trap: null);
    }

    private GuestResult InvokeComponent(
        string export,
        ReadOnlySpan<WasmValue> arguments,
        CancellationToken cancellationToken)
    {
        ComponentFunction function = FindExport(export);
        using ComponentArguments native = new(function.Type, export, arguments);
        List<WasmValue> values = [];
        GuestResult result = RunTimed(() => CallComponent(function, native, values), cancellationToken);
        return result.Trap is not null || result.ExitCode != 0 ? result : result with { Values = values };
    }

    private ComponentFunction FindExport(string export)
    {
        return _module.FindFunction(export)
            ?? throw new ArgumentException(
                $"'{_module.Description.Name}' exports no function '{export}': it has {_module.CallableExports()}",
                nameof(export));
    }

    private GuestEnd? CallComponent(ComponentFunction function, ComponentArguments arguments, List<WasmValue> values)
    {
        ComponentFunc native = FindFunction(function.Interface, function.Name);
        ComponentVal result = default;
        nuint resultCount = function.Type.Result is null ? 0u : 1u;
        nint error = WasmtimeApi.wasmtime_component_func_call(
            &native,
            _context,
            arguments.Pointer,
            (nuint)arguments.Count,
            &result,
            resultCount);
        if (TakeEnd(error, trap: 0) is { } end)
        {
            return end;
        }

        if (function.Type.Result is { } type)
        {
            try
            {
                values.Add(ComponentValues.Read(&result, type));
            }
            finally
            {
                WasmtimeApi.wasmtime_component_val_delete(&result);
            }
        }

        return null;
    }

    private ComponentFunc FindFunction(string? interfaceName, string name)
    {
        fixed (ComponentInstance* instance = &_componentInstance)
        {
            return ComponentExports.Find(instance, _context, interfaceName, name);
        }
    }
}
