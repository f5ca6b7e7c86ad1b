using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>Converts values to the library's form and back.</summary>
internal static unsafe class ComponentValues
{
    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">The type it must have.</param>
    /// <param name="target">Is zeroed; owns what is written, also when this throws half way.</param>
    /// <exception cref="ArgumentException">The value does not fit the type.</exception>
    internal static void Write(WasmValue value, ComponentType type, ComponentVal* target)
    {
        switch (type.Kind)
        {
            case >= WasmType.S8 and <= WasmType.U64:
                target->U64 = unchecked((ulong)Integer(value, type.Kind));
                target->Kind = Tag(type.Kind);
                break;
            case WasmType.F32:
                target->U32 = BitConverter.SingleToUInt32Bits(
                    value.Type == WasmType.F64 ? (float)value.AsDouble() : Expect(value, type, WasmType.F32).AsSingle());
                target->Kind = ComponentValKind.F32;
                break;
            case WasmType.F64:
                target->U64 = BitConverter.DoubleToUInt64Bits(
                    value.Type == WasmType.F32 ? value.AsSingle() : Expect(value, type, WasmType.F64).AsDouble());
                target->Kind = ComponentValKind.F64;
                break;
            case WasmType.Boolean:
                target->Boolean = Expect(value, type, WasmType.Boolean).AsBoolean() ? (byte)1 : (byte)0;
                break;
            case WasmType.Char:
                target->U32 = (uint)Expect(value, type, WasmType.Char).AsRune().Value;
                target->Kind = ComponentValKind.Char;
                break;
            case WasmType.Text:
                target->Text = NewText(Expect(value, type, WasmType.Text).AsText());
                target->Kind = ComponentValKind.String;
                break;
            case WasmType.List or WasmType.Tuple:
                WriteItems(value, type, target);
                break;
            case WasmType.Record:
                WriteRecord(value, type, target);
                break;
            case WasmType.Flags:
                WriteFlags(value, type, target);
                break;
            case WasmType.Variant or WasmType.Enum or WasmType.Option or WasmType.Result:
                WriteCase(value, type, target);
                break;
            default:
                throw new ArgumentException("a resource cannot be passed");
        }
    }

    /// <summary>Reads a value; the library's is left as it is.</summary>
    internal static WasmValue Read(ComponentVal* value, ComponentType type)
    {
        switch (type.Kind)
        {
            case WasmType.Boolean:
                return value->Boolean != 0;
            case WasmType.S8 or WasmType.S16 or WasmType.S32 or WasmType.S64:
                return WasmValue.FromInteger(type.Kind, Signed(value->U64, type.Kind));
            case WasmType.U8 or WasmType.U16 or WasmType.U32 or WasmType.U64:
                return WasmValue.FromInteger(type.Kind, value->U64 & Mask(type.Kind));
            case WasmType.F32:
                return BitConverter.UInt32BitsToSingle(value->U32);
            case WasmType.F64:
                return BitConverter.UInt64BitsToDouble(value->U64);
            case WasmType.Char:
                return new Rune(value->U32);
            case WasmType.Text:
                return ReadText(value->Text);
            case WasmType.List or WasmType.Tuple:
                return ReadItems(value, type);
            case WasmType.Record:
                return ReadRecord(value, type);
            case WasmType.Flags:
                return WasmValue.Flags([.. ReadNames(value->Items)]);
            case WasmType.Enum:
                return WasmValue.Enum(ReadText(value->Text));
            case WasmType.Variant:
                return ReadVariant(value, type);
            case WasmType.Option:
                return value->OptionPayload is null
                    ? WasmValue.None
                    : WasmValue.Some(Read(value->OptionPayload, type.Parts[0].Value!));
            case WasmType.Result:
                bool isOk = value->Boolean != 0;
                WasmValue? payload = value->ResultPayload is null
                    ? (WasmValue?)null
                    : Read(value->ResultPayload, type.Parts[isOk ? 0 : 1].Value!);
                return isOk ? WasmValue.Ok(payload) : WasmValue.Error(payload);
            default:
                throw new NotSupportedException("the function returns a resource, which cannot be taken");
        }
    }

    /// <summary>The smallest and largest value of an integer type.</summary>
    internal static (Int128 Least, Int128 Most) Range(WasmType type)
    {
        return type switch
        {
            WasmType.S8 => (sbyte.MinValue, sbyte.MaxValue),
            WasmType.U8 => (byte.MinValue, byte.MaxValue),
            WasmType.S16 => (short.MinValue, short.MaxValue),
            WasmType.U16 => (ushort.MinValue, ushort.MaxValue),
            WasmType.S32 => (int.MinValue, int.MaxValue),
            WasmType.U32 => (uint.MinValue, uint.MaxValue),
            WasmType.S64 => (long.MinValue, long.MaxValue),
            _ => (ulong.MinValue, ulong.MaxValue),
        };
    }

    private static Int128 Integer(WasmValue value, WasmType type)
    {
        bool isInteger = value.Type is WasmType.I32 or WasmType.I64 or (>= WasmType.S8 and <= WasmType.U64);
        if (!isInteger)
        {
            throw new ArgumentException($"a value of type {value.Type} is no integer");
        }

        Int128 number = value.AsInteger();
        (Int128 least, Int128 most) = Range(type);
        return number >= least && number <= most
            ? number
            : throw new ArgumentException($"{number} is no {type.ToString().ToLowerInvariant()}");
    }

    private static WasmValue Expect(WasmValue value, ComponentType type, WasmType expected)
    {
        return value.Type == expected
            ? value
            : throw new ArgumentException($"a value of type {value.Type} is no {type}");
    }

    private static ComponentValKind Tag(WasmType integer) => (ComponentValKind)(integer - WasmType.S8) + 1;

    private static ulong Mask(WasmType type)
    {
        return type switch
        {
            WasmType.U8 => byte.MaxValue,
            WasmType.U16 => ushort.MaxValue,
            WasmType.U32 => uint.MaxValue,
            _ => ulong.MaxValue,
        };
    }

    private static Int128 Signed(ulong bits, WasmType type)
    {
        return type switch
        {
            WasmType.S8 => unchecked((sbyte)bits),
            WasmType.S16 => unchecked((short)bits),
            WasmType.S32 => unchecked((int)bits),
            _ => unchecked((long)bits),
        };
    }

    private static ByteVec NewText(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        ByteVec vec = default;
        fixed (byte* bytes = utf8)
        {
            WasmtimeApi.wasm_byte_vec_new(&vec, (nuint)utf8.Length, bytes);
        }

        return vec;
    }

    private static string ReadText(ByteVec text) => Encoding.UTF8.GetString(text.Data, checked((int)text.Size));

    private static void WriteItems(WasmValue value, ComponentType type, ComponentVal* target)
    {
        IReadOnlyList<WasmValue> items = Expect(value, type, type.Kind).Items;
        if (type.Kind == WasmType.Tuple && items.Count != type.Parts.Count)
        {
            throw new ArgumentException($"{items.Count} values are no {type}");
        }

        // Elements that are not written yet are false, which owns nothing.
        ComponentVec vec = default;
        if (type.Kind == WasmType.List)
        {
            WasmtimeApi.wasmtime_component_vallist_new_uninit(&vec, (nuint)items.Count);
        }
        else
        {
            WasmtimeApi.wasmtime_component_valtuple_new_uninit(&vec, (nuint)items.Count);
        }

        new Span<ComponentVal>(vec.Data, items.Count).Clear();
        target->Items = vec;
        target->Kind = type.Kind == WasmType.List ? ComponentValKind.List : ComponentValKind.Tuple;
        for (int i = 0; i < items.Count; i++)
        {
            ComponentType item = type.Parts[type.Kind == WasmType.List ? 0 : i].Value!;
            Write(items[i], item, (ComponentVal*)vec.Data + i);
        }
    }

    private static void WriteRecord(WasmValue value, ComponentType type, ComponentVal* target)
    {
        IReadOnlyList<KeyValuePair<string, WasmValue>> fields = Expect(value, type, WasmType.Record).Fields;
        WasmValue[] ordered = new WasmValue[type.Parts.Count];
        for (int i = 0; i < ordered.Length; i++)
        {
            string name = type.Parts[i].Key;
            ordered[i] = fields.Count(field => field.Key == name) == 1
                ? fields.First(field => field.Key == name).Value
                : throw new ArgumentException($"the field '{name}' of {type} must be given once");
        }

        if (fields.Count != ordered.Length)
        {
            throw new ArgumentException($"there are fields that {type} does not have");
        }

        ComponentVec vec = default;
        WasmtimeApi.wasmtime_component_valrecord_new_uninit(&vec, (nuint)ordered.Length);
        ComponentField* entries = (ComponentField*)vec.Data;
        new Span<ComponentField>(entries, ordered.Length).Clear();
        for (int i = 0; i < ordered.Length; i++)
        {
            entries[i].Name = NewText(type.Parts[i].Key);
        }

        target->Items = vec;
        target->Kind = ComponentValKind.Record;
        for (int i = 0; i < ordered.Length; i++)
        {
            Write(ordered[i], type.Parts[i].Value!, &entries[i].Value);
        }
    }

    private static void WriteFlags(WasmValue value, ComponentType type, ComponentVal* target)
    {
        string[] names = [.. Expect(value, type, WasmType.Flags).Names.Distinct()];
        foreach (string name in names)
        {
            if (!type.Parts.Any(part => part.Key == name))
            {
                throw new ArgumentException($"'{name}' is none of {type}");
            }
        }

        ComponentVec vec = default;
        WasmtimeApi.wasmtime_component_valflags_new_uninit(&vec, (nuint)names.Length);
        for (int i = 0; i < names.Length; i++)
        {
            ((ByteVec*)vec.Data)[i] = NewText(names[i]);
        }

        target->Items = vec;
        target->Kind = ComponentValKind.Flags;
    }

    private static void WriteCase(WasmValue value, ComponentType type, ComponentVal* target)
    {
        WasmValue given = value.Type == WasmType.Text && type.Kind == WasmType.Enum ? WasmValue.Enum(value.AsText()) : value;
        Expect(given, type, type.Kind);
        ComponentType? payloadType = PayloadType(given, type);
        if (payloadType is null != given.Payload is null)
        {
            throw new ArgumentException(
                $"'{given.CaseName}' of {type} holds {(payloadType is null ? "nothing" : payloadType.ToString())}");
        }

        ComponentVal* payload = null;
        if (payloadType is not null)
        {
            ComponentVal inner = default;
            try
            {
                Write(given.Payload!.Value, payloadType, &inner);
            }
            catch
            {
                WasmtimeApi.wasmtime_component_val_delete(&inner);
                throw;
            }

            payload = WasmtimeApi.wasmtime_component_val_new(&inner);
        }

        switch (type.Kind)
        {
            case WasmType.Option:
                target->OptionPayload = payload;
                target->Kind = ComponentValKind.Option;
                break;
            case WasmType.Result:
                target->Boolean = given.CaseName == "ok" ? (byte)1 : (byte)0;
                target->ResultPayload = payload;
                target->Kind = ComponentValKind.Result;
                break;
            default:
                target->Text = NewText(given.CaseName);
                target->VariantPayload = payload;
                target->Kind = type.Kind == WasmType.Enum ? ComponentValKind.Enum : ComponentValKind.Variant;
                break;
        }
    }

    private static ComponentType? PayloadType(WasmValue value, ComponentType type)
    {
        if (type.Kind == WasmType.Option)
        {
            return value.CaseName == "some" ? type.Parts[0].Value : null;
        }

        foreach (KeyValuePair<string, ComponentType?> part in type.Parts)
        {
            if (part.Key == value.CaseName)
            {
                return part.Value;
            }
        }

        throw new ArgumentException($"'{value.CaseName}' is no case of {type}");
    }

    private static WasmValue ReadItems(ComponentVal* value, ComponentType type)
    {
        WasmValue[] items = new WasmValue[checked((int)value->Items.Size)];
        for (int i = 0; i < items.Length; i++)
        {
            ComponentType item = type.Parts[type.Kind == WasmType.List ? 0 : i].Value!;
            items[i] = Read((ComponentVal*)value->Items.Data + i, item);
        }

        return type.Kind == WasmType.List ? WasmValue.List(items) : WasmValue.Tuple(items);
    }

    private static WasmValue ReadRecord(ComponentVal* value, ComponentType type)
    {
        ComponentField* entries = (ComponentField*)value->Items.Data;
        (string, WasmValue)[] fields = new (string, WasmValue)[type.Parts.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = (type.Parts[i].Key, Read(&entries[i].Value, type.Parts[i].Value!));
        }

        return WasmValue.Record(fields);
    }

    private static WasmValue ReadVariant(ComponentVal* value, ComponentType type)
    {
        string name = ReadText(value->Text);
        ComponentType? payload = type.Parts.First(part => part.Key == name).Value;
        return WasmValue.Variant(name, payload is null ? (WasmValue?)null : Read(value->VariantPayload, payload));
    }

    private static List<string> ReadNames(ComponentVec names)
    {
        List<string> read = [];
        for (nuint i = 0; i < names.Size; i++)
        {
            read.Add(ReadText(((ByteVec*)names.Data)[i]));
        }

        return read;
    }
}
