using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>Reads the types of a compiled component's exports from the engine.</summary>
internal sealed unsafe class ComponentTypeReader
{
    // Small definitions can stand for types that are huge when written out.
    private const int MaxNodes = 100_000;

    private readonly nint _engine;
    private readonly Dictionary<string, ComponentFunction> _functions = [];
    private int _nodes;

    private ComponentTypeReader(nint engine) => _engine = engine;

    /// <summary>The exported functions, by the name they are called by.</summary>
    internal static IReadOnlyDictionary<string, ComponentFunction> Read(WasmtimeHandle engine, WasmtimeHandle component)
    {
        ComponentTypeReader reader = new(engine.Pointer);
        nint type = WasmtimeApi.wasmtime_component_type(component.Pointer);
        try
        {
            reader.ReadItems(type, isInstance: false, parent: null);
        }
        finally
        {
            WasmtimeApi.wasmtime_component_type_delete(type);
        }

        return reader._functions;
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

    private void ReadItems(nint type, bool isInstance, string? parent)
    {
        for (nuint i = 0; ; i++)
        {
            byte* name;
            nuint nameLength;
            nint item;
            byte isThere = isInstance
                ? WasmtimeApi.wasmtime_component_instance_type_export_nth(type, _engine, i, &name, &nameLength, &item)
                : WasmtimeApi.wasmtime_component_type_export_nth(type, _engine, i, &name, &nameLength, &item);
            if (isThere == 0)
            {
                return;
            }

            string text = Text(name, nameLength);
            ComponentItem described = default;
            WasmtimeApi.wasmtime_component_extern_type(item, &described);
            try
            {
                if (described.Kind == ComponentItem.KindFunc && ReadFunction(described.Type) is { } function)
                {
                    ComponentFunction found = new(parent, text, function);
                    _functions[found.FullName] = found;
                }
                else if (described.Kind == ComponentItem.KindInstance && parent is null)
                {
                    ReadItems(described.Type, isInstance: true, text);
                }
            }
            finally
            {
                WasmtimeApi.wasmtime_component_item_delete(&described);
                WasmtimeApi.wasmtime_component_extern_delete(item);
            }
        }
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
            if (++_nodes >= MaxNodes)
            {
                return new ComponentType { Kind = WasmType.Resource };
            }

            return type->Kind switch
            {
                13 => Of(WasmType.List, [KeyValuePair.Create("", (ComponentType?)Element(type->Type))]),
                14 => Of(WasmType.Record, Fields(type->Type)),
                15 => Of(WasmType.Tuple, Items(type->Type)),
                16 => Of(WasmType.Variant, Cases(type->Type)),
                17 => Of(WasmType.Enum, Names(type->Type, isFlags: false)),
                18 => Of(WasmType.Option, [KeyValuePair.Create("", (ComponentType?)OptionType(type->Type))]),
                19 => Of(WasmType.Result, ResultTypes(type->Type)),
                20 => Of(WasmType.Flags, Names(type->Type, isFlags: true)),
                _ => new ComponentType { Kind = Number(type->Kind) },
            };
        }
        finally
        {
            WasmtimeApi.wasmtime_component_valtype_delete(type);
        }
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
