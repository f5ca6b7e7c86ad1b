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

    /// <summary>Starts the engine.</summary>
    internal ComponentEngine()
    {
        Handle = WasmEngines.Create(isForComponents: true);
        Ticker = new EpochTicker(Handle);
    }

    /// <summary>The engine.</summary>
    internal WasmtimeHandle Handle { get; }

    /// <summary>What ends its guests.</summary>
    internal EpochTicker Ticker { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ticker.Dispose();
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
    /// <param name="component">The component.</param>
    /// <param name="missing">Its imports that are not served.</param>
    internal WasmtimeHandle CreateLinker(string name, WasmtimeHandle component, IReadOnlyList<MissingImport> missing)
    {
        WasmtimeHandle linker = new(WasmtimeApi.wasmtime_component_linker_new(Handle.Pointer), &DeleteLinker);
        try
        {
            ThrowIfError(name, WasmtimeApi.wasmtime_component_linker_add_wasip2(linker.Pointer));
            nint root = WasmtimeApi.wasmtime_component_linker_root(linker.Pointer);
            try
            {
                DefineGpu(name, root);
                foreach (MissingImport import in missing)
                {
                    DefineMissing(name, root, import);
                }
            }
            finally
            {
                WasmtimeApi.wasmtime_component_linker_instance_delete(root);
            }

            return linker;
        }
        catch
        {
            linker.Dispose();
            throw;
        }
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
                        AddFunction(name, instance, function.Name, &BridgeCalls.CallSync, data: 0, finalizer: null);
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
                    AddFunction(name, instance, raw, &BridgeCalls.Call, BridgeCalls.NumberOf(raw), finalizer: null);
                }
            }
            finally
            {
                WasmtimeApi.wasmtime_component_linker_instance_delete(instance);
            }
        }
    }

    private static void DefineMissing(string name, nint root, MissingImport import)
    {
        nint instance = import.IsInstance ? AddInstance(name, root, import.Name) : root;
        try
        {
            foreach (string function in import.Functions)
            {
                string full = import.IsInstance ? $"'{import.Name}' '{function}'" : $"'{function}'";
                AddTrap(name, instance, function, $"{full} was called, which this host does not have");
            }

            foreach ((string resource, uint number) in import.Resources)
            {
                AddResource(name, instance, resource, number);
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
        nint data = GCHandle.ToIntPtr(GCHandle.Alloc(message));
        AddFunction(name, instance, function, &BridgeCalls.CallMissing, data, &FreeMessage);
    }

    private static void AddFunction(
        string name,
        nint instance,
        string function,
        delegate* unmanaged[Cdecl]<nint, nint, nint, ComponentVal*, nuint, ComponentVal*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer)
    {
        byte[] text = Encoding.UTF8.GetBytes(function);
        fixed (byte* bytes = text)
        {
            ThrowIfError(name, WasmtimeApi.wasmtime_component_linker_instance_add_func(
                instance,
                bytes,
                (nuint)text.Length,
                callback,
                data,
                finalizer));
        }
    }

    private static void AddResource(string name, nint instance, string resource, uint number)
    {
        byte[] text = Encoding.UTF8.GetBytes(resource);
        nint type = WasmtimeApi.wasmtime_component_resource_type_new_host(number);
        try
        {
            fixed (byte* bytes = text)
            {
                ThrowIfError(name, WasmtimeApi.wasmtime_component_linker_instance_add_resource(
                    instance,
                    bytes,
                    (nuint)text.Length,
                    type,
                    &DropResource,
                    data: 0,
                    finalizer: 0));
            }
        }
        finally
        {
            WasmtimeApi.wasmtime_component_resource_type_delete(type);
        }
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
