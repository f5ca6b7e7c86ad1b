using System.Runtime.InteropServices;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The engine for components: an engine of its own, because the host makes the memories of its guests, with which
/// memories initialized by the operating system's copy-on-write cannot go together.
/// </summary>
internal sealed unsafe class ComponentEngine : IDisposable
{
    /// <summary>
    /// What the settings of <see cref="WasmEngines"/> mean for compiled code, for the cache; the engine also checks it
    /// when it loads a file.
    /// </summary>
    internal const string Settings = "epochs, 4 GiB reserved, no copy-on-write, multi-memory, no memory64";

    private readonly Lazy<ComponentWaits> _waits;

    /// <summary>Starts the engine.</summary>
    internal ComponentEngine()
    {
        _waits = new Lazy<ComponentWaits>(CompileWaits);
        Handle = WasmEngines.Create(isForComponents: true);
        Ticker = new EpochTicker(Handle);
    }

    /// <summary>The engine.</summary>
    internal WasmtimeHandle Handle { get; }

    /// <summary>How its guests wait; compiled when one does for the first time.</summary>
    internal ComponentWaits Waits => _waits.Value;

    /// <summary>What ends its guests.</summary>
    internal EpochTicker Ticker { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ticker.Dispose();
        if (_waits.IsValueCreated)
        {
            _waits.Value.Dispose();
        }

        Handle.Dispose();
    }

    /// <summary>Compiles a component that was rewritten.</summary>
    /// <exception cref="GuestLoadException">It is not valid.</exception>
    internal WasmtimeHandle Compile(string name, ReadOnlySpan<byte> binary)
    {
        nint component = 0;
        nint error;
        fixed (byte* bytes = binary)
        {
            error = WasmtimeApi.wasmtime_component_new(Handle.Pointer, bytes, (nuint)binary.Length, &component);
        }

        return error == 0
            ? new WasmtimeHandle(component, &DeleteComponent)
            : throw new GuestLoadException($"'{name}' is not a valid WebAssembly component: {WasmtimeErrors.Take(error)}");
    }

    /// <summary>Takes over a component that the library made.</summary>
    internal static WasmtimeHandle Own(nint component) => new(component, &DeleteComponent);

    /// <summary>Makes what serves a component: WASI, <c>wasi:gpu</c>, and traps for what this host does not have.</summary>
    /// <param name="name">The component's name, for messages.</param>
    /// <param name="imports">What it imports.</param>
    /// <param name="missing">The functions that are traps, as <c>interface function</c>.</param>
    internal WasmtimeHandle CreateLinker(string name, ComponentScan imports, out IReadOnlyList<string> missing)
    {
        WasmtimeHandle linker = CreateWasiLinker(name);
        try
        {
            List<string> traps = [];
            DefineWaits(name, linker.Pointer);
            nint root = WasmtimeApi.wasmtime_component_linker_root(linker.Pointer);
            try
            {
                DefineGpu(name, root);
                foreach (HostImport import in imports.Wasi)
                {
                    DefineNewer(name, root, import, traps);
                }

                foreach (HostImport import in imports.Missing)
                {
                    DefineMissing(name, root, import, traps);
                }
            }
            finally
            {
                WasmtimeApi.wasmtime_component_linker_instance_delete(root);
            }

            missing = traps;
            return linker;
        }
        catch
        {
            linker.Dispose();
            throw;
        }
    }

    /// <summary>The functions of a component's imports that this host does not have.</summary>
    /// <param name="name">The component's name, for messages.</param>
    /// <param name="imports">What it imports.</param>
    internal IReadOnlyList<string> FindMissing(string name, ComponentScan imports)
    {
        CreateLinker(name, imports, out IReadOnlyList<string> missing).Dispose();
        return missing;
    }

    private static void DefineWaits(string name, nint linker)
    {
        // In the place of the engine's own two; all others of the interface stay.
        WasmtimeApi.wasmtime_component_linker_allow_shadowing(linker, 1);
        nint root = WasmtimeApi.wasmtime_component_linker_root(linker);
        nint poll = 0;
        try
        {
            poll = AddInstance(name, root, WasiInterfaces.EngineName(WasiInterfaces.Poll));
            AddFunction(name, poll, "poll", &ComponentWaits.Poll, data: 0);
            AddFunction(name, poll, "[method]pollable.block", &ComponentWaits.Block, data: 0);
        }
        finally
        {
            if (poll != 0)
            {
                WasmtimeApi.wasmtime_component_linker_instance_delete(poll);
            }

            WasmtimeApi.wasmtime_component_linker_instance_delete(root);
            WasmtimeApi.wasmtime_component_linker_allow_shadowing(linker, 0);
        }
    }

    private ComponentWaits CompileWaits()
    {
        const string Name = "waits";
        WasmtimeHandle component = Compile(Name, WatText.ToBinary(Name, BridgeParts.Read("waits.wat")));
        WasmtimeHandle linker = CreateWasiLinker(Name);
        nint root = WasmtimeApi.wasmtime_component_linker_root(linker.Pointer);
        AddFunction(Name, root, ComponentWaits.Check, &ComponentWaits.CheckDeadline, data: 0);
        WasmtimeApi.wasmtime_component_linker_instance_delete(root);
        return new ComponentWaits(component, linker);
    }

    private WasmtimeHandle CreateWasiLinker(string name)
    {
        WasmtimeHandle linker = new(WasmtimeApi.wasmtime_component_linker_new(Handle.Pointer), &DeleteLinker);
        ThrowIfError(name, WasmtimeApi.wasmtime_component_linker_add_wasip2(linker.Pointer));
        return linker;
    }

    private static void DefineGpu(string name, nint root)
    {
        foreach (string served in new[] { GpuInterfaces.Compute, GpuInterfaces.MLKernels })
        {
            nint instance = AddInstance(name, root, served);
            try
            {
                foreach (GpuFunction function in GpuInterfaces.Functions.Where(f => f.Interface == served))
                {
                    if (function.Name == GpuInterfaces.Sync)
                    {
                        AddFunction(name, instance, function.Name, &BridgeCalls.CallSync, data: 0);
                    }
                    else
                    {
                        AddTrap(
                            name,
                            instance,
                            function.Name,
                            $"'{served}' '{function.Name}' was reached in a way that the bridge does not follow");
                    }
                }

                foreach (string raw in served == GpuInterfaces.Compute ? BridgeParts.Instance.RawFunctions : [])
                {
                    AddFunction(name, instance, raw, &BridgeCalls.Call, BridgeCalls.NumberOf(raw));
                }
            }
            finally
            {
                WasmtimeApi.wasmtime_component_linker_instance_delete(instance);
            }
        }
    }

    /// <summary>
    /// Adds to an interface of the engine's WASI what only a later version of it has. The engine refuses a second
    /// definition, which tells what it has; an interface of the later version's own name would hide all of that.
    /// </summary>
    private static void DefineNewer(string name, nint root, HostImport import, List<string> missing)
    {
        nint instance = AddInstance(name, root, WasiInterfaces.EngineName(import.Name));
        try
        {
            foreach (string function in import.Functions)
            {
                if (TryAddTrap(instance, function, MissingMessage(import, function)))
                {
                    missing.Add($"{import.Name} {function}");
                }
            }

            foreach ((string resource, uint number) in import.Resources)
            {
                Discard(AddResource(instance, resource, number));
            }
        }
        finally
        {
            WasmtimeApi.wasmtime_component_linker_instance_delete(instance);
        }
    }

    private static void DefineMissing(string name, nint root, HostImport import, List<string> missing)
    {
        nint instance = import.IsInstance ? AddInstance(name, root, import.Name) : root;
        try
        {
            foreach (string function in import.Functions)
            {
                AddTrap(name, instance, function, MissingMessage(import, function));
                missing.Add(import.IsInstance ? $"{import.Name} {function}" : function);
            }

            foreach ((string resource, uint number) in import.Resources)
            {
                ThrowIfError(name, AddResource(instance, resource, number));
            }
        }
        finally
        {
            if (import.IsInstance)
            {
                WasmtimeApi.wasmtime_component_linker_instance_delete(instance);
            }
        }
    }

    private static string MissingMessage(HostImport import, string function)
    {
        string full = import.IsInstance ? $"'{import.Name}' '{function}'" : $"'{function}'";
        return $"{full} was called, which this host does not have";
    }

    private static nint AddInstance(string name, nint root, string instanceName)
    {
        byte[] text = Encoding.UTF8.GetBytes(instanceName);
        nint instance = 0;
        fixed (byte* bytes = text)
        {
            ThrowIfError(name, WasmtimeApi.wasmtime_component_linker_instance_add_instance(
                root,
                bytes,
                (nuint)text.Length,
                &instance));
        }

        return instance;
    }

    private static void AddTrap(string name, nint instance, string function, string message)
    {
        ThrowIfError(name, AddTrap(instance, function, message));
    }

    private static bool TryAddTrap(nint instance, string function, string message)
    {
        return !Discard(AddTrap(instance, function, message));
    }

    private static nint AddTrap(nint instance, string function, string message)
    {
        nint data = GCHandle.ToIntPtr(GCHandle.Alloc(message));
        return AddFunction(instance, function, &BridgeCalls.CallMissing, data, &FreeMessage);
    }

    private static void AddFunction(
        string name,
        nint instance,
        string function,
        delegate* unmanaged[Cdecl]<nint, nint, nint, ComponentVal*, nuint, ComponentVal*, nuint, nint> callback,
        nint data)
    {
        ThrowIfError(name, AddFunction(instance, function, callback, data, finalizer: null));
    }

    private static nint AddFunction(
        nint instance,
        string function,
        delegate* unmanaged[Cdecl]<nint, nint, nint, ComponentVal*, nuint, ComponentVal*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer)
    {
        byte[] text = Encoding.UTF8.GetBytes(function);
        fixed (byte* bytes = text)
        {
            return WasmtimeApi.wasmtime_component_linker_instance_add_func(
                instance,
                bytes,
                (nuint)text.Length,
                callback,
                data,
                finalizer);
        }
    }

    private static nint AddResource(nint instance, string resource, uint number)
    {
        byte[] text = Encoding.UTF8.GetBytes(resource);
        nint type = WasmtimeApi.wasmtime_component_resource_type_new_host(number);
        try
        {
            fixed (byte* bytes = text)
            {
                return WasmtimeApi.wasmtime_component_linker_instance_add_resource(
                    instance,
                    bytes,
                    (nuint)text.Length,
                    type,
                    &DropResource,
                    data: 0,
                    finalizer: 0);
            }
        }
        finally
        {
            WasmtimeApi.wasmtime_component_resource_type_delete(type);
        }
    }

    /// <summary>Deletes an error.</summary>
    /// <returns>Whether there was one.</returns>
    private static bool Discard(nint error)
    {
        if (error != 0)
        {
            _ = WasmtimeErrors.Take(error);
        }

        return error != 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void FreeMessage(nint message) => GCHandle.FromIntPtr(message).Free();

    // No such resource can exist: every function that would make one traps.
    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static nint DropResource(nint data, nint context, uint representation) => 0;

    private static void DeleteComponent(nint component) => WasmtimeApi.wasmtime_component_delete(component);

    private static void DeleteLinker(nint linker) => WasmtimeApi.wasmtime_component_linker_delete(linker);

    private static void ThrowIfError(string name, nint error)
    {
        if (error != 0)
        {
            throw new GuestLoadException($"'{name}' cannot run here: {WasmtimeErrors.Take(error)}");
        }
    }
}
