using System.Globalization;
using System.Text;

namespace WasiGpu.Wasmtime;

/// <summary>Writes values of components in WAVE, the text form of component values.</summary>
internal static class WaveWriter
{
    // What a WAVE reader would take for something else where it stands alone.
    private static readonly HashSet<string> Keywords = ["true", "false", "some", "none", "ok", "err", "inf", "nan"];

    /// <summary>The value's text.</summary>
    internal static string Write(WasmValue value)
    {
        StringBuilder text = new();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, WasmValue value)
    {
        switch (value.Type)
        {
            case WasmType.Boolean:
                text.Append(value.AsBoolean() ? "true" : "false");
                break;
            case WasmType.F32:
                text.Append(Float(value.AsSingle().ToString(CultureInfo.InvariantCulture), value.AsSingle()));
                break;
            case WasmType.F64:
                text.Append(Float(value.AsDouble().ToString(CultureInfo.InvariantCulture), value.AsDouble()));
                break;
            case WasmType.Char:
                Quote(text, value.AsRune().ToString(), '\'');
                break;
            case WasmType.Text:
                Quote(text, value.AsText(), '"');
                break;
            case WasmType.List:
                Join(text, '[', value.Items, Write, ']');
                break;
            case WasmType.Tuple:
                Join(text, '(', value.Items, Write, ')');
                break;
            case WasmType.Record:
                Join(text, '{', value.Fields, WriteField, '}');
                break;
            case WasmType.Flags:
                Join(text, '{', value.Names, (builder, name) => builder.Append(Label(name)), '}');
                break;
            case WasmType.Variant or WasmType.Enum or WasmType.Option or WasmType.Result:
                text.Append(value.Type is WasmType.Variant or WasmType.Enum ? Label(value.CaseName) : value.CaseName);
                if (value.Payload is { } payload)
                {
                    text.Append('(');
                    Write(text, payload);
                    text.Append(')');
                }

                break;
            default:
                text.Append(value.AsInteger().ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteField(StringBuilder text, KeyValuePair<string, WasmValue> field)
    {
        text.Append(Label(field.Key)).Append(": ");
        Write(text, field.Value);
    }

    private static void Join<T>(
        StringBuilder text,
        char open,
        IReadOnlyList<T> items,
        Action<StringBuilder, T> write,
        char close)
    {
        text.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            write(text, items[i]);
        }

        text.Append(close);
    }

    private static string Label(string name) => Keywords.Contains(name) ? $"%{name}" : name;

    private static string Float(string text, double value)
    {
        return double.IsNaN(value) ? "nan" : double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf") : text;
    }

    private static void Quote(StringBuilder text, string content, char quote)
    {
        text.Append(quote);
        foreach (char c in content)
        {
            _ = c switch
            {
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\\' => text.Append("\\\\"),
                _ when c == quote => text.Append('\\').Append(c),
                _ when char.IsControl(c) => text.Append(CultureInfo.InvariantCulture, $"\\u{{{(int)c:x}}}"),
                _ => text.Append(c),
            };
        }

        text.Append(quote);
    }
}
