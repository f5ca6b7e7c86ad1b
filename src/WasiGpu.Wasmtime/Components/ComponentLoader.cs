using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>From the bytes of a component to one that is ready to run: read, rewritten, compiled, linked.</summary>
internal static class ComponentLoader
{
    /// <summary>Describes a component without compiling it.</summary>
    /// <exception cref="GuestLoadException">It is no component at all.</exception>
    internal static ModuleDescription Inspect(string name, ReadOnlySpan<byte> binary)
    {
        ComponentSummary summary = new();
        string? refusal = null;
        try
        {
            ComponentRewriter.Rewrite(binary, summary);
        }
        catch (GuestLoadException e)
        {
            refusal = e.Message;
        }

        if (summary.Outermost is not { } outermost)
        {
            return Describe(name, binary.Length, summary, missing: []) with { Refusals = [refusal!] };
        }

        using ComponentEngine engine = new();
        ModuleDescription description = Describe(name, binary.Length, summary, engine.FindMissing(name, outermost));
        return AddTypes(engine, description, binary) with { Refusals = refusal is null ? [] : [refusal] };
    }

    /// <summary>Adds the types of imports and exports, as far as the engine takes the component for a valid one.</summary>
    private static ModuleDescription AddTypes(ComponentEngine engine, ModuleDescription module, ReadOnlySpan<byte> binary)
    {
        try
        {
            using WasmtimeHandle outline = engine.Compile(module.Name, ComponentOutline.Of(binary));
            using ComponentTypeReader reader = new(engine.Handle, outline);
            List<ComponentItemType> imports = reader.ReadImports();
            return module with
            {
                Imports = ComponentWit.AddTypes(module.Imports, imports),
                Exports = ComponentWit.AddTypes(module.Exports, reader.ReadExports()),
            };
        }
        catch (GuestLoadException)
        {
            // What is wrong with it, the refusal tells, or the engine when it is loaded.
            return module;
        }
    }

    /// <summary>Makes a component ready to run.</summary>
    /// <exception cref="GuestLoadException">It is not valid, or this host cannot run it.</exception>
    internal static GuestModule Load(
        ComponentEngine engine,
        ComponentCache? cache,
        string name,
        ReadOnlySpan<byte> binary)
    {
        ComponentSummary summary = new();
        byte[]? rewritten;
        try
        {
            rewritten = ComponentRewriter.Rewrite(binary, summary);
        }
        catch (GuestLoadException e)
        {
            throw new GuestLoadException($"'{name}' cannot run here: {e.Message}", e);
        }

        WasmtimeHandle component = cache is null
            ? engine.Compile(name, rewritten ?? binary)
            : CompileCached(engine, cache, name, rewritten ?? binary);
        try
        {
            WasmtimeHandle linker = engine.CreateLinker(name, summary.Outermost!, out IReadOnlyList<string> missing);
            IReadOnlyDictionary<string, ComponentFunction> functions = ComponentTypeReader.Read(engine.Handle, component);
            ModuleDescription description = Describe(name, binary.Length, summary, missing);
            return new GuestModule(
                description with { Exports = AddFunctions(description.Exports, functions) },
                new ComponentCode(engine, component, linker, functions));
        }
        catch
        {
            component.Dispose();
            throw;
        }
    }

    private static WasmtimeHandle CompileCached(
        ComponentEngine engine,
        ComponentCache cache,
        string name,
        ReadOnlySpan<byte> rewritten)
    {
        string key = ComponentCache.KeyOf(rewritten);
        if (cache.Load(engine.Handle, key) is { } cached)
        {
            return cached;
        }

        WasmtimeHandle component = engine.Compile(name, rewritten);
        cache.Store(component, key);
        return component;
    }

    private static ModuleDescription Describe(
        string name,
        long sizeBytes,
        ComponentSummary summary,
        IReadOnlyList<string> missing)
    {
        ComponentScan? scan = summary.Outermost;
        return new ModuleDescription
        {
            Name = name,
            SizeBytes = sizeBytes,
            Imports = scan?.Imports ?? [],
            Exports = scan?.Exports ?? [],
            Memories = summary.Memories,
            Component = new ComponentDescription
            {
                CoreModules = summary.CoreModules,
                NestedComponents = summary.NestedComponents,
                WasiVersion = WasiInterfaces.HighestVersion((scan?.Imports ?? []).Select(import => import.Module)),
                RewrittenComponents = summary.RewrittenComponents,
                BridgedFunctions = [.. summary.Bridged.Keys],
                VirtualGpus = summary.VirtualGpus,
                MissingFunctions = missing,
            },
        };
    }

    /// <summary>The exports with their types, and after each interface its functions.</summary>
    private static List<ModuleExport> AddFunctions(
        IReadOnlyList<ModuleExport> exports,
        IReadOnlyDictionary<string, ComponentFunction> functions)
    {
        List<ModuleExport> all = [];
        ILookup<string?, ComponentFunction> inner = functions.Values.ToLookup(f => f.Interface);
        foreach (ModuleExport export in exports)
        {
            all.Add(functions.TryGetValue(export.Name, out ComponentFunction? function)
                ? export with { ComponentType = function.Type }
                : export);
            all.AddRange(inner[export.Name]
                .Select(f => new ModuleExport(f.FullName, ExternKind.Function, Signature: null)
                {
                    ComponentType = f.Type,
                }));
        }

        return all;
    }
}
