namespace WasiGpu.Wasmtime;

/// <summary>The imports and exports of a component with their types as WIT.</summary>
internal static class ComponentWit
{
    /// <summary>Adds types to the imports, and after each interface's functions the types that it names.</summary>
    internal static List<ModuleImport> AddTypes(IReadOnlyList<ModuleImport> imports, List<ComponentItemType> items)
    {
        List<ModuleImport> all = [];
        ILookup<string, ComponentItemType> itemsOf = items.ToLookup(item => item.Interface ?? item.Name);
        foreach (IGrouping<string, ModuleImport> group in imports.GroupBy(import => import.Module))
        {
            ComponentItemType[] own = [.. itemsOf[group.Key]];
            Dictionary<string, string> names = NamesIn(own);
            ILookup<string, ComponentItemType> byName = own.ToLookup(item => item.Name);
            all.AddRange(group.Select(import => import with
            {
                TypeText = byName[FunctionName(import)].FirstOrDefault()?.Function?.Write(names),
            }));
            all.AddRange(own
                .Where(item => item.Type is not null && item.Interface is not null)
                .Select(item => new ModuleImport(group.Key, item.Name, ExternKind.Type, Signature: null)
                {
                    TypeText = item.Type!.Write(names),
                }));
        }

        return all;
    }

    /// <summary>Adds types to the exports, and after each interface its functions and the types that it names.</summary>
    internal static List<ModuleExport> AddTypes(IReadOnlyList<ModuleExport> exports, List<ComponentItemType> items)
    {
        Dictionary<string, string> ownNames = NamesIn([.. items.Where(item => item.Interface is null)]);
        List<ModuleExport> all = [];
        ILookup<string, ComponentItemType> own = items.Where(item => item.Interface is null).ToLookup(item => item.Name);
        ILookup<string?, ComponentItemType> itemsOf = items.ToLookup(item => item.Interface);
        foreach (ModuleExport export in exports)
        {
            ComponentItemType? single = own[export.Name].FirstOrDefault();
            all.Add(export with { TypeText = single?.Function?.Write(ownNames) ?? single?.Type?.Write(ownNames) });
            ComponentItemType[] inner = [.. itemsOf[export.Name]];
            Dictionary<string, string> names = NamesIn(inner);
            all.AddRange(inner.OrderBy(item => item.Type is not null).Select(item => new ModuleExport(
                $"{export.Name}#{item.Name}",
                item.Type is null ? ExternKind.Function : ExternKind.Type,
                Signature: null)
            {
                TypeText = item.Function?.Write(names) ?? item.Type?.Write(names),
            }));
        }

        return all;
    }

    private static string FunctionName(ModuleImport import) => import.Name.Length > 0 ? import.Name : import.Module;

    /// <summary>The names of types by the types' text; that of a number is no name for all of its kind.</summary>
    private static Dictionary<string, string> NamesIn(ComponentItemType[] items)
    {
        Dictionary<string, string> names = [];
        foreach (ComponentItemType item in items.Where(item => item.Type is { Parts.Count: > 0 }))
        {
            names.TryAdd(item.Type!.ToString(), item.Name);
        }

        return names;
    }
}
