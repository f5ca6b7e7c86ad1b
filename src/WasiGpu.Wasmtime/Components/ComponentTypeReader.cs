using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>Reads the types of a compiled component's imports and exports from the engine.</summary>
internal sealed unsafe class ComponentTypeReader : IDisposable
{
    // Small definitions can stand for types that are huge when written out.
    private const int MaxNodes = 100_000;

    // To get one the library counts up to it.
    private const int MaxItems = 10_000;

    // Each is compared with all of them.
    private const int MaxResources = 500;

    private readonly nint _engine;
    private readonly nint _component;

    // Kept to the end: a resource is known by being the same as one of these.
    private readonly List<(string Name, ComponentItem Item)> _resources = [];
    private int _nodes;

    /// <summary>Starts to read.</summary>
    internal ComponentTypeReader(WasmtimeHandle engine, WasmtimeHandle component)
    {
        _engine = engine.Pointer;
        _component = WasmtimeApi.wasmtime_component_type(component.Pointer);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, ComponentItem item) in _resources)
        {
            ComponentItem copy = item;
            WasmtimeApi.wasmtime_component_item_delete(&copy);
        }

        WasmtimeApi.wasmtime_component_type_delete(_component);
    }

    /// <summary>The exported functions, by the name they are called by.</summary>
    internal static IReadOnlyDictionary<string, ComponentFunction> Read(WasmtimeHandle engine, WasmtimeHandle component)
    {
        using ComponentTypeReader reader = new(engine, component);
        Dictionary<string, ComponentFunction> functions = [];
        foreach (ComponentItemType item in reader.ReadExports())
        {
            if (item.Function is { } type)
            {
                ComponentFunction function = new(item.Interface, item.Name, type);
                functions[function.FullName] = function;
            }
        }

        return functions;
    }

    /// <summary>The functions and types that are imported.</summary>
    internal List<ComponentItemType> ReadImports()
    {
        List<ComponentItemType> items = [];
        ReadItems(_component, &WasmtimeApi.wasmtime_component_type_import_nth, parent: null, items);
        return items;
    }

    /// <summary>The functions and types that are exported.</summary>
    internal List<ComponentItemType> ReadExports()
    {
        List<ComponentItemType> items = [];
        ReadItems(_component, &WasmtimeApi.wasmtime_component_type_export_nth, parent: null, items);
        return items;
    }

    private static string Text(byte* name, nuint length) => Encoding.UTF8.GetString(name, (int)length);

    private static WasmType Number(byte kind)
    {
        return kind switch
        {
            0 => WasmType.Boolean,
            1 => WasmType.S8,
            2 => WasmType.S16,
            3 => WasmType.S32,
            4 => WasmType.S64,
            5 => WasmType.U8,
            6 => WasmType.U16,
            7 => WasmType.U32,
            8 => WasmType.U64,
            9 => WasmType.F32,
            10 => WasmType.F64,
            11 => WasmType.Char,
            12 => WasmType.Text,
            _ => WasmType.Resource,
        };
    }

    private void ReadItems(
        nint type,
        delegate*<nint, nint, nuint, byte**, nuint*, nint*, byte> next,
        string? parent,
        List<ComponentItemType> items)
    {
        byte* name;
        nuint nameLength;
        nint item;
        for (nuint i = 0; i < MaxItems && next(type, _engine, i, &name, &nameLength, &item) != 0; i++)
        {
            string text = Text(name, nameLength);
            ComponentItem described = default;
            WasmtimeApi.wasmtime_component_extern_type(item, &described);
            WasmtimeApi.wasmtime_component_extern_delete(item);
            if (described.Kind == ComponentItem.KindResource && _resources.Count < MaxResources)
            {
                _resources.Add((text, described));
                items.Add(new ComponentItemType(parent, text, Function: null, Resource(described.Type, isBorrowed: false)));
                continue;
            }

            try
            {
                ReadItem(described, text, parent, items);
            }
            finally
            {
                WasmtimeApi.wasmtime_component_item_delete(&described);
            }
        }
    }

    private void ReadItem(ComponentItem item, string name, string? parent, List<ComponentItemType> items)
    {
        switch (item.Kind)
        {
            case ComponentItem.KindFunc:
                items.Add(new ComponentItemType(parent, name, ReadFunction(item.Type), Type: null));
                break;
            case ComponentItem.KindInstance when parent is null:
                ReadItems(item.Type, &WasmtimeApi.wasmtime_component_instance_type_export_nth, name, items);
                break;
            case ComponentItem.KindType:
                items.Add(new ComponentItemType(parent, name, Function: null, Convert(&item.ValType)));
                break;
            default:
                break;
        }
    }

    /// <summary>A resource, by the name under which it was seen first.</summary>
    private ComponentType Resource(nint type, bool isBorrowed)
    {
        string? name = _resources
            .Where(known => WasmtimeApi.wasmtime_component_resource_type_equal(known.Item.Type, type) != 0)
            .Select(known => known.Name)
            .FirstOrDefault();
        return new ComponentType { Kind = WasmType.Resource, ResourceName = name, IsBorrowed = isBorrowed };
    }

    /// <summary>A function's type; null for one that cannot be called.</summary>
    private ComponentFunctionType? ReadFunction(nint type)
    {
        List<KeyValuePair<string, ComponentType>> parameters = [];
        byte* name;
        nuint nameLength;
        ComponentValType one;
        for (nuint i = 0; WasmtimeApi.wasmtime_component_func_type_param_nth(type, i, &name, &nameLength, &one) != 0; i++)
        {
            parameters.Add(KeyValuePair.Create(Text(name, nameLength), Take(&one)));
        }

        ComponentType? result = WasmtimeApi.wasmtime_component_func_type_result(type, &one) != 0 ? Take(&one) : null;
        bool isCallable = WasmtimeApi.wasmtime_component_func_type_async(type) == 0 && _nodes < MaxNodes;
        return isCallable ? new ComponentFunctionType(parameters, result) : null;
    }

    /// <summary>Reads a type and deletes the library's.</summary>
    private ComponentType Take(ComponentValType* type)
    {
        try
        {
            return Convert(type);
        }
        finally
        {
            WasmtimeApi.wasmtime_component_valtype_delete(type);
        }
    }

    private ComponentType Convert(ComponentValType* type)
    {
        return ++_nodes >= MaxNodes
            ? new ComponentType { Kind = WasmType.Resource }
            : type->Kind switch
            {
                13 => Of(WasmType.List, [KeyValuePair.Create("", (ComponentType?)Element(type->Type))]),
                14 => Of(WasmType.Record, Fields(type->Type)),
                15 => Of(WasmType.Tuple, Items(type->Type)),
                16 => Of(WasmType.Variant, Cases(type->Type)),
                17 => Of(WasmType.Enum, Names(type->Type, isFlags: false)),
                18 => Of(WasmType.Option, [KeyValuePair.Create("", (ComponentType?)OptionType(type->Type))]),
                19 => Of(WasmType.Result, ResultTypes(type->Type)),
                20 => Of(WasmType.Flags, Names(type->Type, isFlags: true)),
                21 or 22 => Resource(type->Type, isBorrowed: type->Kind == 22),
                _ => new ComponentType { Kind = Number(type->Kind) },
            };
    }

    private static ComponentType Of(WasmType kind, IReadOnlyList<KeyValuePair<string, ComponentType?>> parts)
    {
        return new ComponentType { Kind = kind, Parts = parts };
    }

    private ComponentType Element(nint list)
    {
        ComponentValType element;
        WasmtimeApi.wasmtime_component_list_type_element(list, &element);
        return Take(&element);
    }

    private ComponentType OptionType(nint option)
    {
        ComponentValType payload;
        WasmtimeApi.wasmtime_component_option_type_ty(option, &payload);
        return Take(&payload);
    }

    private KeyValuePair<string, ComponentType?>[] ResultTypes(nint result)
    {
        ComponentValType payload;
        ComponentType? ok = WasmtimeApi.wasmtime_component_result_type_ok(result, &payload) != 0 ? Take(&payload) : null;
        ComponentType? error = WasmtimeApi.wasmtime_component_result_type_err(result, &payload) != 0 ? Take(&payload) : null;
        return [KeyValuePair.Create("ok", ok), KeyValuePair.Create("err", error)];
    }

    private List<KeyValuePair<string, ComponentType?>> Fields(nint record)
    {
        List<KeyValuePair<string, ComponentType?>> fields = [];
        byte* name;
        nuint length;
        ComponentValType type;
        while (WasmtimeApi.wasmtime_component_record_type_field_nth(
            record, (nuint)fields.Count, &name, &length, &type) != 0)
        {
            fields.Add(KeyValuePair.Create(Text(name, length), (ComponentType?)Take(&type)));
        }

        return fields;
    }

    private List<KeyValuePair<string, ComponentType?>> Items(nint tuple)
    {
        List<KeyValuePair<string, ComponentType?>> items = [];
        ComponentValType type;
        while (WasmtimeApi.wasmtime_component_tuple_type_types_nth(tuple, (nuint)items.Count, &type) != 0)
        {
            items.Add(KeyValuePair.Create("", (ComponentType?)Take(&type)));
        }

        return items;
    }

    private List<KeyValuePair<string, ComponentType?>> Cases(nint variant)
    {
        List<KeyValuePair<string, ComponentType?>> cases = [];
        byte* name;
        nuint length;
        byte hasPayload;
        ComponentValType type;
        while (WasmtimeApi.wasmtime_component_variant_type_case_nth(
            variant, (nuint)cases.Count, &name, &length, &hasPayload, &type) != 0)
        {
            cases.Add(KeyValuePair.Create(Text(name, length), hasPayload != 0 ? Take(&type) : null));
        }

        return cases;
    }

    private static List<KeyValuePair<string, ComponentType?>> Names(nint type, bool isFlags)
    {
        List<KeyValuePair<string, ComponentType?>> names = [];
        byte* name;
        nuint length;
        while ((isFlags
            ? WasmtimeApi.wasmtime_component_flags_type_names_nth(type, (nuint)names.Count, &name, &length)
            : WasmtimeApi.wasmtime_component_enum_type_names_nth(type, (nuint)names.Count, &name, &length)) != 0)
        {
            names.Add(KeyValuePair.Create(Text(name, length), (ComponentType?)null));
        }

        return names;
    }
}
