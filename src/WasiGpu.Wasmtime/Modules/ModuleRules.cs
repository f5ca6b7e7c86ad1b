namespace WasiGpu.Wasmtime;

/// <summary>Tells why this host would not run a module, in words that say what to do.</summary>
internal static class ModuleRules
{
    internal const string Wasi = "wasi_snapshot_preview1";

    /// <summary>Adds refusals and warnings to what was read of a module.</summary>
    internal static ModuleDescription Judge(ModuleDescription module)
    {
        List<string> refusals = [];
        List<string> warnings = [];
        foreach (ModuleMemory memory in module.Memories)
        {
            if (memory.Is64Bit)
            {
                refusals.Add("its memory is 64-bit: build it for wasm32");
            }

            if (memory.IsShared)
            {
                refusals.Add("its memory is shared: build it without threads");
            }
        }

        if (module.Memories.Count > 1)
        {
            refusals.Add($"it has {module.Memories.Count} memories: a guest may have one");
        }

        refusals.AddRange(module.Imports.Select(JudgeImport).OfType<string>());
        JudgeExports(module, refusals, warnings);
        return module with { Refusals = refusals, Warnings = warnings };
    }

    private static string? JudgeImport(ModuleImport import)
    {
        string name = OneLine.Of($"'{import.Module}' '{import.Name}'");
        if (import.Module == Wasi)
        {
            return import.Kind == ExternKind.Function ? null : $"it imports {name} as a {import.Kind}: only functions are served";
        }

        if (GpuInterfaces.Find(import.Module, import.Name) is not { } function)
        {
            return import.Module.StartsWith(GpuInterfaces.Package + "/", StringComparison.Ordinal)
                ? $"it imports {name}, which is unknown: this host serves {GpuInterfaces.Package}@{GpuInterfaces.Version}"
                : $"it imports {name}, which is unknown: this host serves {GpuInterfaces.Package} and {Wasi}";
        }

        return function.Signature.Equals(import.Signature)
            ? null
            : $"it imports {name} with type {import.Signature}, which should be {function.Signature}: "
                + $"build it with the bindings of version {GpuInterfaces.Version}";
    }

    private static void JudgeExports(ModuleDescription module, List<string> refusals, List<string> warnings)
    {
        List<GpuFunction> used =
            [.. module.Imports.Select(i => GpuInterfaces.Find(i.Module, i.Name)).OfType<GpuFunction>()];
        ModuleExport? memory = module.Exports.FirstOrDefault(e => e.Name == GuestExports.Memory);
        if (used.Any(f => f.MayAllocate) && memory?.Kind != ExternKind.Memory)
        {
            warnings.Add("it does not export its memory as 'memory': every wasi:gpu call but sync will trap");
        }

        ModuleExport? realloc = module.Exports.FirstOrDefault(e => e.Name == GuestExports.Realloc);
        if (realloc is null && used.Any(f => f.MayAllocate))
        {
            warnings.Add("it does not export 'cabi_realloc': a call that returns bytes or a text will trap");
        }

        if (realloc is not null && !GuestExports.ReallocSignature.Equals(realloc.Signature))
        {
            refusals.Add(
                $"its export 'cabi_realloc' {Describe(realloc)}, which should be {GuestExports.ReallocSignature}");
        }

        foreach (string entry in new[] { GuestExports.Start, GuestExports.Initialize })
        {
            ModuleExport? export = module.Exports.FirstOrDefault(e => e.Name == entry);
            if (export is not null && !GuestExports.EntrySignature.Equals(export.Signature))
            {
                refusals.Add($"its export '{entry}' {Describe(export)}, which should be {GuestExports.EntrySignature}");
            }
        }
    }

    private static string Describe(ModuleExport export)
    {
        return export.Signature is { } signature ? $"has type {signature}" : $"is a {export.Kind}";
    }
}
