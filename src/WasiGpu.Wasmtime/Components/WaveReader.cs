using System.Globalization;
using System.Text;

namespace WasiGpu.Wasmtime;

/// <summary>Reads calls and values in WAVE, the text form of component values: <c>f(1, "two", [3])</c>.</summary>
/// <param name="text">The text.</param>
internal sealed class WaveReader(string text)
{
    private const int MaxDepth = 64;

    private int _position;
    private int _depth;

    /// <summary>Divides a call into the function's name and its arguments.</summary>
    /// <param name="call">A name alone, or a name and values in parentheses.</param>
    /// <returns>The name, and the arguments with the parentheses; null for a name alone.</returns>
    internal static (string Function, string? Arguments) Split(string call)
    {
        int open = call.IndexOf('(', StringComparison.Ordinal);
        return open < 0 ? (call.Trim(), null) : (call[..open].Trim(), call[open..]);
    }

    /// <summary>Reads arguments in parentheses.</summary>
    /// <exception cref="FormatException">The text is not such values; says where and why.</exception>
    internal static WasmValue[] ReadArguments(string text, ComponentFunctionType type)
    {
        WaveReader reader = new(text);
        WasmValue[] values = reader.ReadList('(', ')', index => index < type.Parameters.Count
            ? reader.Read(type.Parameters[index].Value)
            : throw reader.Wrong($"it takes {type.Parameters.Count} arguments"));
        reader.SkipSpace();
        return reader._position < text.Length
            ? throw reader.Wrong("nothing may follow the arguments")
            : values.Length == type.Parameters.Count
                ? values
                : throw reader.Wrong($"it takes {type.Parameters.Count} arguments, not {values.Length}");
    }

    private WasmValue Read(ComponentType type)
    {
        if (++_depth > MaxDepth)
        {
            throw Wrong($"values are nested more than {MaxDepth} levels deep");
        }

        SkipSpace();
        WasmValue value = type.Kind switch
        {
            WasmType.Boolean => ReadWord() switch
            {
                "true" => true,
                "false" => false,
                _ => throw Wrong("a bool is true or false"),
            },
            >= WasmType.S8 and <= WasmType.U64 => ReadInteger(type.Kind),
            WasmType.I32 or WasmType.I64 => WasmValue.TryParse(type.Kind, ReadWord(), out WasmValue number)
                ? number
                : throw Wrong($"{type} is expected"),
            WasmType.F32 => (float)ReadFloat(),
            WasmType.F64 => ReadFloat(),
            WasmType.Char => ReadChar(),
            WasmType.Text => ReadQuoted('"'),
            WasmType.List => WasmValue.List(ReadList('[', ']', _ => Read(type.Parts[0].Value!))),
            WasmType.Tuple => ReadTuple(type),
            WasmType.Record => ReadRecord(type),
            WasmType.Flags => ReadFlags(type),
            WasmType.Enum => WasmValue.Enum(ReadCaseName(type)),
            WasmType.Variant => ReadVariant(type),
            WasmType.Option => ReadOption(type.Parts[0].Value!),
            WasmType.Result => ReadResult(type),
            _ => throw Wrong("a resource cannot be written"),
        };
        _depth--;
        return value;
    }

    private WasmValue ReadInteger(WasmType type)
    {
        (Int128 least, Int128 most) = ComponentValues.Range(type);
        string word = ReadWord();
        return Int128.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 number)
            && number >= least && number <= most
            ? WasmValue.FromInteger(type, number)
            : throw Wrong($"'{word}' is no {type.ToString().ToLowerInvariant()}");
    }

    private double ReadFloat()
    {
        string word = ReadWord();
        return word switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" => double.NaN,
            _ => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && double.IsFinite(number) ? number : throw Wrong($"'{word}' is no number"),
        };
    }

    private Rune ReadChar()
    {
        string content = ReadQuoted('\'');
        return Rune.TryGetRuneAt(content.Length == 0 ? " " : content, 0, out Rune rune)
            && rune.Utf16SequenceLength == content.Length
            ? rune
            : throw Wrong("a char is one character in single quotes");
    }

    private WasmValue ReadTuple(ComponentType type)
    {
        WasmValue[] items = ReadList('(', ')', index => index < type.Parts.Count
            ? Read(type.Parts[index].Value!)
            : throw Wrong($"there are more values than in {type}"));
        return items.Length == type.Parts.Count
            ? WasmValue.Tuple(items)
            : throw Wrong($"there are fewer values than in {type}");
    }

    private WasmValue ReadRecord(ComponentType type)
    {
        Dictionary<string, WasmValue> fields = [];
        ReadList('{', '}', _ =>
        {
            string name = ReadLabel();
            ComponentType field = type.Parts.FirstOrDefault(part => part.Key == name).Value
                ?? throw Wrong($"'{name}' is no field of {type}");
            Expect(':');
            WasmValue value = Read(field);
            return fields.TryAdd(name, value) ? value : throw Wrong($"'{name}' is given twice");
        });

        // Options that are left out are none.
        return WasmValue.Record([.. type.Parts.Select(part => (
            part.Key,
            fields.TryGetValue(part.Key, out WasmValue given)
                ? given
                : part.Value!.Kind == WasmType.Option
                    ? WasmValue.None
                    : throw Wrong($"the field '{part.Key}' is missing")))]);
    }

    private WasmValue ReadFlags(ComponentType type)
    {
        List<string> names = [];
        ReadList('{', '}', _ =>
        {
            names.Add(ReadCaseName(type));
            return true;
        });
        return WasmValue.Flags([.. names]);
    }

    private WasmValue ReadVariant(ComponentType type)
    {
        string name = ReadCaseName(type);
        ComponentType? payload = type.Parts.First(part => part.Key == name).Value;
        return WasmValue.Variant(name, payload is null ? (WasmValue?)null : ReadPayload(payload));
    }

    private WasmValue ReadOption(ComponentType payload)
    {
        int start = _position;
        string word = ReadWord();
        if (word == "none")
        {
            return WasmValue.None;
        }

        if (word == "some")
        {
            return WasmValue.Some(ReadPayload(payload));
        }

        // 'some' may be left out.
        _position = start;
        return WasmValue.Some(Read(payload));
    }

    private WasmValue ReadResult(ComponentType type)
    {
        int start = _position;
        string word = ReadWord();
        bool isError = word == "err";
        if (!isError && word != "ok")
        {
            // 'ok' may be left out.
            _position = start;
            return type.Parts[0].Value is { } plain ? WasmValue.Ok(Read(plain)) : throw Wrong("a result is ok or err");
        }

        ComponentType? payload = type.Parts[isError ? 1 : 0].Value;
        WasmValue? value = payload is null ? (WasmValue?)null : ReadPayload(payload);
        return isError ? WasmValue.Error(value) : WasmValue.Ok(value);
    }

    private WasmValue ReadPayload(ComponentType type)
    {
        Expect('(');
        WasmValue value = Read(type);
        Expect(')');
        return value;
    }

    private string ReadCaseName(ComponentType type)
    {
        string name = ReadLabel();
        return type.Parts.Any(part => part.Key == name) ? name : throw Wrong($"'{name}' is none of {type}");
    }

    private T[] ReadList<T>(char open, char close, Func<int, T> read)
    {
        Expect(open);
        List<T> items = [];
        while (!Accept(close))
        {
            if (items.Count > 0)
            {
                Expect(',');
                if (Accept(close))
                {
                    break;
                }
            }

            items.Add(read(items.Count));
        }

        return [.. items];
    }

    private string ReadQuoted(char quote)
    {
        Expect(quote);
        StringBuilder content = new();
        while (true)
        {
            char c = Next();
            if (c == quote)
            {
                return content.ToString();
            }

            _ = c == '\\' ? content.Append(ReadEscape()) : content.Append(c);
        }
    }

    private string ReadEscape()
    {
        char c = Next();
        switch (c)
        {
            case 'n':
                return "\n";
            case 'r':
                return "\r";
            case 't':
                return "\t";
            case '\\' or '\'' or '"':
                return c.ToString();
            case 'u':
                Expect('{');
                string digits = ReadWord();
                Expect('}');
                return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
                    && Rune.IsValid(code)
                    ? new Rune(code).ToString()
                    : throw Wrong($"'{digits}' is no character");
            default:
                throw Wrong($"'\\{c}' is unknown");
        }
    }

    /// <summary>A name; a percent sign tells it from a word that means something else.</summary>
    private string ReadLabel()
    {
        SkipSpace();
        _ = Accept('%');
        string word = ReadWord();
        return word.Length > 0 ? word : throw Wrong("a name is expected");
    }

    private string ReadWord()
    {
        SkipSpace();
        int start = _position;
        while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] is '-' or '+' or '.'))
        {
            _position++;
        }

        return text[start.._position];
    }

    private char Next() => _position < text.Length ? text[_position++] : throw Wrong("the text ends too early");

    private void Expect(char c)
    {
        if (!Accept(c))
        {
            throw Wrong($"'{c}' is expected");
        }
    }

    private bool Accept(char c)
    {
        SkipSpace();
        bool isThere = _position < text.Length && text[_position] == c;
        _position += isThere ? 1 : 0;
        return isThere;
    }

    private void SkipSpace()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }
    }

    private FormatException Wrong(string reason) => new($"{reason}, at character {_position + 1} of '{text}'");
}
