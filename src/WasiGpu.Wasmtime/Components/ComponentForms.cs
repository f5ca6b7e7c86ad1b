namespace WasiGpu.Wasmtime;

/// <summary>
/// Reads the forms that sections of components are made of. What is not known here is refused: a form that is
/// guessed wrong would make every later index wrong.
/// </summary>
internal static class ComponentForms
{
    /// <summary>The code of a resource type.</summary>
    internal const byte ResourceType = 0x3F;

    /// <summary>The code of an instance type.</summary>
    internal const byte InstanceType = 0x42;

    // Types nest by hand-written binaries only; the engine has a limit of its own.
    private const int MaxTypeDepth = 64;

    // Few bytes of a file make one; the largest interface of WASI has a hundred.
    private const uint MaxDeclarations = 10_000;
    private const uint MaxOptions = 32;

    /// <summary>The name of an import or export: a form byte and the text.</summary>
    internal static string ReadExternName(ref WasmReader reader)
    {
        byte form = reader.ReadByte();
        return form <= 1 ? reader.ReadName() : throw reader.Broken($"name form 0x{form:x2} is unknown");
    }

    /// <summary>A sort: one byte, or two for what belongs to core modules.</summary>
    internal static ComponentSort ReadSort(ref WasmReader reader)
    {
        byte code = reader.ReadByte();
        return code switch
        {
            0 => ReadCoreSort(ref reader),
            <= 5 => (ComponentSort)code,
            _ => throw reader.Broken($"sort 0x{code:x2} is unknown"),
        };
    }

    /// <summary>A sort of something in a core module.</summary>
    internal static ComponentSort ReadCoreSort(ref WasmReader reader)
    {
        byte code = reader.ReadByte();
        return code is <= 4 or 0x10 or 0x11 or 0x12
            ? (ComponentSort)(0x100 + code)
            : throw reader.Broken($"core sort 0x{code:x2} is unknown");
    }

    /// <summary>An argument of a core instantiation: always an instance.</summary>
    internal static uint ReadCoreInstanceArgument(ref WasmReader reader)
    {
        byte sort = reader.ReadByte();
        return sort == 0x12
            ? reader.ReadU32()
            : throw reader.Broken($"core argument sort 0x{sort:x2} is unknown");
    }

    /// <summary>A resource type of the component's own.</summary>
    /// <returns>The core function that destroys one; null without.</returns>
    internal static uint? ReadResource(ref WasmReader reader)
    {
        reader.ReadByte();
        byte representation = reader.ReadByte();
        if (representation != 0x7F)
        {
            throw reader.Broken($"a resource represented by type 0x{representation:x2} is not supported");
        }

        byte form = reader.ReadByte();
        return form switch
        {
            0 => null,
            1 => reader.ReadU32(),
            _ => throw reader.Broken($"form 0x{form:x2} of a resource's destructor is unknown"),
        };
    }

    /// <summary>An alias.</summary>
    internal static ComponentAlias ReadAlias(ref WasmReader reader)
    {
        ComponentSort sort = ReadSort(ref reader);
        byte target = reader.ReadByte();
        return target switch
        {
            0 or 1 => new ComponentAlias(sort, target == 1, reader.ReadU32(), reader.ReadName(), OuterLevels: null),
            2 => ReadOuterAlias(ref reader, sort),
            _ => throw reader.Broken($"alias form 0x{target:x2} is unknown"),
        };
    }

    /// <summary>What an import is declared to be, or an export said to be.</summary>
    /// <returns>Its sort, and the index of its type where it has one.</returns>
    internal static (ComponentSort Sort, uint? Type) ReadExternType(ref WasmReader reader)
    {
        byte code = reader.ReadByte();
        switch (code)
        {
            case 0:
                byte form = reader.ReadByte();
                return form == 0x11
                    ? (ComponentSort.CoreModule, reader.ReadU32())
                    : throw reader.Broken($"core import form 0x{form:x2} is unknown");
            case 1:
                return (ComponentSort.Func, reader.ReadU32());
            case 3:
                byte bound = reader.ReadByte();
                return bound switch
                {
                    0 => (ComponentSort.Type, reader.ReadU32()),
                    1 => (ComponentSort.Type, null),
                    _ => throw reader.Broken($"type bound 0x{bound:x2} is unknown"),
                };
            case 4:
                return (ComponentSort.Component, reader.ReadU32());
            case 5:
                return (ComponentSort.Instance, reader.ReadU32());
            case 2:
                throw reader.Broken("values of components are not supported");
            default:
                throw reader.Broken($"extern kind 0x{code:x2} is unknown");
        }
    }

    /// <summary>The options of a <c>canon lift</c> or <c>canon lower</c>.</summary>
    internal static CanonOptions ReadOptions(ref WasmReader reader)
    {
        CanonOptions options = new();
        uint count = reader.ReadU32();
        if (count > MaxOptions)
        {
            throw reader.Broken($"a function has {count} canonical options: it may have {MaxOptions}");
        }

        for (uint i = 0; i < count; i++)
        {
            byte code = reader.ReadByte();
            switch (code)
            {
                case 0 or 1 or 2 or 6:
                    options.Add(code, null);
                    break;
                case 3 or 4 or 5 or 7:
                    options.Add(code, reader.ReadU32());
                    break;
                default:
                    throw reader.Broken($"canonical option 0x{code:x2} is unknown");
            }
        }

        return options;
    }

    /// <summary>Skips one type.</summary>
    /// <param name="reader">Where it starts.</param>
    /// <param name="exports">Is given the exports of an instance type; null to skip them.</param>
    /// <param name="depth">How deep in other types it lies.</param>
    internal static void SkipType(
        ref WasmReader reader,
        List<TypeExport>? exports = null,
        int depth = 0)
    {
        if (depth == MaxTypeDepth)
        {
            throw reader.Broken($"types are nested more than {MaxTypeDepth} levels deep");
        }

        byte form = reader.ReadByte();
        switch (form)
        {
            case 0x40 or 0x43:
                SkipLabelled(ref reader);
                SkipFunctionResult(ref reader);
                break;
            case 0x41 or 0x42:
                SkipDeclarations(ref reader, mayImport: form == 0x41, exports, depth);
                break;
            case 0x72:
                SkipLabelled(ref reader);
                break;
            case 0x71:
                SkipCases(ref reader);
                break;
            case 0x6F:
                for (uint n = reader.ReadU32(); n > 0; n--)
                {
                    SkipValueType(ref reader);
                }

                break;
            case 0x6E or 0x6D:
                for (uint n = reader.ReadU32(); n > 0; n--)
                {
                    reader.SkipName();
                }

                break;
            case 0x70 or 0x6B:
                SkipValueType(ref reader);
                break;
            case 0x6A:
                SkipOptionalValueType(ref reader);
                SkipOptionalValueType(ref reader);
                break;
            case 0x69 or 0x68:
                reader.ReadU32();
                break;
            case 0x65 or 0x66:
                SkipOptionalValueType(ref reader);
                break;
            case 0x64 or (>= 0x73 and <= 0x7F):
                break;
            default:
                throw reader.Broken($"type form 0x{form:x2} is unknown");
        }
    }

    private static ComponentAlias ReadOuterAlias(ref WasmReader reader, ComponentSort sort)
    {
        uint levels = reader.ReadU32();
        uint index = reader.ReadU32();
        return sort is ComponentSort.Type or ComponentSort.Component
            ? new ComponentAlias(sort, IsCore: false, index, Name: "", levels)
            : throw reader.Broken("an alias of something of an outer component that is neither a type nor a component");
    }

    private static void SkipDeclarations(
        ref WasmReader reader,
        bool mayImport,
        List<TypeExport>? exports,
        int depth)
    {
        uint count = reader.ReadU32();
        if (count > MaxDeclarations)
        {
            throw reader.Broken($"a type has {count} declarations: it may have {MaxDeclarations}");
        }

        List<(ComponentAlias? Outer, string? Resource)> types = [];
        for (uint i = 0; i < count; i++)
        {
            int start = reader.Offset;
            byte kind = reader.ReadByte();
            switch (kind)
            {
                case 1:
                    SkipType(ref reader, exports: null, depth + 1);
                    types.Add(default);
                    break;
                case 2:
                    ComponentAlias alias = ReadAlias(ref reader);
                    if (alias.Sort == ComponentSort.Type)
                    {
                        types.Add((alias.OuterLevels is > 0 ? alias : null, null));
                    }

                    break;
                case 3 when mayImport:
                    ReadExternName(ref reader);
                    ReadExternType(ref reader);
                    break;
                case 4:
                    TypeExport export = ReadTypeExport(ref reader, start, types);
                    exports?.Add(export);
                    if (export.Sort == ComponentSort.Type)
                    {
                        types.Add((export.Outer, export.IsResource ? export.Name : export.ResourceName));
                    }

                    break;
                default:
                    throw reader.Broken($"declaration 0x{kind:x2} in a type is unknown");
            }
        }
    }

    private static TypeExport ReadTypeExport(
        ref WasmReader reader,
        int start,
        List<(ComponentAlias? Outer, string? Resource)> types)
    {
        string name = ReadExternName(ref reader);
        (ComponentSort sort, uint? type) = ReadExternType(ref reader);
        bool isResource = sort == ComponentSort.Type && type is null;
        uint? equalTo = sort == ComponentSort.Type ? type : null;
        (ComponentAlias? outer, string? resource) = equalTo < types.Count ? types[(int)equalTo.Value] : default;
        return new TypeExport(name, sort, isResource, start, reader.Offset)
        {
            EqualTo = equalTo,
            Outer = outer,
            ResourceName = resource,
        };
    }

    private static void SkipFunctionResult(ref WasmReader reader)
    {
        byte form = reader.ReadByte();
        if (form == 0)
        {
            SkipValueType(ref reader);
        }
        else if (form != 1 || reader.ReadByte() != 0)
        {
            throw reader.Broken($"form 0x{form:x2} of a function's result is unknown");
        }
    }

    private static void SkipCases(ref WasmReader reader)
    {
        for (uint n = reader.ReadU32(); n > 0; n--)
        {
            reader.SkipName();
            SkipOptionalValueType(ref reader);
            if (reader.ReadByte() != 0)
            {
                throw reader.Broken("a case that refines another one is unknown");
            }
        }
    }

    private static void SkipLabelled(ref WasmReader reader)
    {
        for (uint n = reader.ReadU32(); n > 0; n--)
        {
            reader.SkipName();
            SkipValueType(ref reader);
        }
    }

    private static void SkipOptionalValueType(ref WasmReader reader)
    {
        byte form = reader.ReadByte();
        if (form == 1)
        {
            SkipValueType(ref reader);
        }
        else if (form != 0)
        {
            throw reader.Broken($"form 0x{form:x2} of an optional type is unknown");
        }
    }

    /// <summary>A primitive type, or an index: a signed number of up to 33 bits.</summary>
    private static void SkipValueType(ref WasmReader reader)
    {
        const int MaxBytes = 5;
        for (int i = 0; i < MaxBytes; i++)
        {
            if ((reader.ReadByte() & 0x80) == 0)
            {
                return;
            }
        }

        throw reader.Broken("an integer is too long");
    }
}
