using System.Text;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>
/// A component as readable text: its sections in their order, each definition with its index, each use with the index
/// it goes to. What lies inside core modules and types is left out, but for the names of an instance type's exports.
/// </summary>
internal static class ComponentText
{
    /// <summary>The text of a component, its lines indented.</summary>
    internal static string Of(ReadOnlySpan<byte> file) => Write(file, 0, file.Length, indent: "");

    private static string Write(ReadOnlySpan<byte> file, int start, int length, string indent)
    {
        StringBuilder text = new();
        Dictionary<ComponentSort, uint> next = [];
        foreach (ComponentSection section in ComponentSection.Divide(file, start, length))
        {
            WasmReader reader = section.Read(file);
            switch (section.Id)
            {
                case ComponentSection.Custom:
                    break;
                case ComponentSection.CoreModule:
                    text.Append($"{indent}{Define(next, ComponentSort.CoreModule)}: {DescribeModule(file, section)}\n");
                    break;
                case ComponentSection.Component:
                    text.Append($"{indent}{Define(next, ComponentSort.Component)}:\n");
                    text.Append(Write(file, section.Start, section.Length, indent + "    "));
                    break;
                default:
                    for (uint n = reader.ReadU32(); n > 0; n--)
                    {
                        text.Append($"{indent}{ReadItem(ref reader, section.Id, next)}\n");
                    }

                    break;
            }
        }

        return text.ToString();
    }

    private static string DescribeModule(ReadOnlySpan<byte> file, ComponentSection section)
    {
        ReadOnlySpan<byte> module = file.Slice(section.Start, section.Length);
        return module.SequenceEqual(BridgeParts.Instance.Module) ? "the bridge" : $"{section.Length} bytes";
    }

    private static string ReadItem(ref WasmReader reader, byte section, Dictionary<ComponentSort, uint> next)
    {
        return section switch
        {
            ComponentSection.CoreInstances => ReadInstance(ref reader, isCore: true, next),
            ComponentSection.Instances => ReadInstance(ref reader, isCore: false, next),
            ComponentSection.Aliases => ReadAlias(ref reader, next),
            ComponentSection.Types => ReadType(ref reader, next),
            ComponentSection.Canons => ReadCanon(ref reader, next),
            ComponentSection.Imports => ReadImport(ref reader, next),
            ComponentSection.Exports => ReadExport(ref reader, next),
            _ => throw reader.Broken("the section has no text"),
        };
    }

    private static string ReadInstance(ref WasmReader reader, bool isCore, Dictionary<ComponentSort, uint> next)
    {
        bool isInstantiation = reader.ReadByte() == 0;
        ComponentSort made = isCore ? ComponentSort.CoreModule : ComponentSort.Component;
        string head = isInstantiation ? $"instantiate {Use(made, reader.ReadU32())} with" : "of";
        List<string> items = [];
        for (uint n = reader.ReadU32(); n > 0; n--)
        {
            string name = isCore || isInstantiation ? reader.ReadName() : ComponentForms.ReadExternName(ref reader);
            ComponentSort sort = isCore ? ComponentForms.ReadCoreSort(ref reader) : ComponentForms.ReadSort(ref reader);
            items.Add($"{name} = {Use(sort, reader.ReadU32())}");
        }

        string defined = Define(next, isCore ? ComponentSort.CoreInstance : ComponentSort.Instance);
        return $"{defined}: {head} [{string.Join(", ", items)}]";
    }

    private static string ReadAlias(ref WasmReader reader, Dictionary<ComponentSort, uint> next)
    {
        ComponentAlias alias = ComponentForms.ReadAlias(ref reader);
        string defined = Define(next, alias.Sort);
        return alias.OuterLevels is { } levels
            ? $"{defined}: {Use(alias.Sort, alias.Index)} of {levels} levels outwards"
            : $"{defined}: {Use(alias.IsCore ? ComponentSort.CoreInstance : ComponentSort.Instance, alias.Index)}"
                + $" {alias.Name}";
    }

    private static string ReadType(ref WasmReader reader, Dictionary<ComponentSort, uint> next)
    {
        string defined = Define(next, ComponentSort.Type);
        if (reader.Peek() == ComponentForms.ResourceType)
        {
            uint? destructor = ComponentForms.ReadResource(ref reader);
            return $"{defined}: resource, destroyed by "
                + (destructor is { } function ? Use(ComponentSort.CoreFunc, function) : "nothing");
        }

        bool isInstance = reader.Peek() == ComponentForms.InstanceType;
        List<TypeExport> exports = [];
        ComponentForms.SkipType(ref reader, exports);
        return isInstance ? $"{defined}: instance [{string.Join(", ", exports.Select(e => e.Name))}]" : $"{defined}: other";
    }

    private static string ReadCanon(ref WasmReader reader, Dictionary<ComponentSort, uint> next)
    {
        byte form = reader.ReadByte();
        if (form > 1)
        {
            return $"{Define(next, ComponentSort.CoreFunc)}: resource function {form} of type {reader.ReadU32()}";
        }

        reader.ReadByte();
        bool isLift = form == 0;
        string function = Use(isLift ? ComponentSort.CoreFunc : ComponentSort.Func, reader.ReadU32());
        List<string> options = [];
        foreach ((byte code, uint? index) in ComponentForms.ReadOptions(ref reader).All)
        {
            string name = code switch
            {
                0 => "utf-8",
                3 => "memory",
                4 => "realloc",
                5 => "post-return",
                _ => $"option {code}",
            };
            options.Add(index is null ? name : $"{name} {index}");
        }

        string type = isLift ? $" as type {reader.ReadU32()}" : "";
        string defined = Define(next, isLift ? ComponentSort.Func : ComponentSort.CoreFunc);
        return $"{defined}: {(isLift ? "lift" : "lower")} {function}{type} [{string.Join(", ", options)}]";
    }

    private static string ReadImport(ref WasmReader reader, Dictionary<ComponentSort, uint> next)
    {
        string name = ComponentForms.ReadExternName(ref reader);
        (ComponentSort sort, uint? type) = ComponentForms.ReadExternType(ref reader);
        return $"{Define(next, sort)}: import {name} of type {type}";
    }

    private static string ReadExport(ref WasmReader reader, Dictionary<ComponentSort, uint> next)
    {
        string name = ComponentForms.ReadExternName(ref reader);
        ComponentSort sort = ComponentForms.ReadSort(ref reader);
        uint index = reader.ReadU32();
        if (reader.ReadByte() == 1)
        {
            ComponentForms.ReadExternType(ref reader);
        }

        return $"{Define(next, sort)}: export {name} = {Use(sort, index)}";
    }

    private static string Define(Dictionary<ComponentSort, uint> next, ComponentSort sort)
    {
        uint index = next.GetValueOrDefault(sort);
        next[sort] = index + 1;
        return Use(sort, index);
    }

    private static string Use(ComponentSort sort, uint index)
    {
        string name = sort.ToString();
        return name.StartsWith("Core", StringComparison.Ordinal)
            ? $"core {name[4..].ToLowerInvariant()} {index}"
            : $"{name.ToLowerInvariant()} {index}";
    }
}
