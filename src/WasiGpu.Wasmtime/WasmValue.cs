using System.Globalization;

namespace WasiGpu.Wasmtime;

/// <summary>
/// A value passed to or returned by an export: a number of a core module, or any value of a component but a resource.
/// Numbers are converted to the type that a component's function takes, where they fit it exactly.
/// </summary>
public readonly partial record struct WasmValue
{
    private readonly ulong _bits;

    // Of values that are not numbers: a text, items, fields, names, or a case.
    private readonly object? _data;

    private WasmValue(WasmType type, ulong bits, object? data = null)
    {
        Type = type;
        _bits = bits;
        _data = data;
    }

    /// <summary>The value's type.</summary>
    public WasmType Type { get; }

    /// <summary>A 32-bit integer.</summary>
    public static implicit operator WasmValue(int value) => new(WasmType.I32, unchecked((uint)value));

    /// <summary>A 64-bit integer.</summary>
    public static implicit operator WasmValue(long value) => new(WasmType.I64, unchecked((ulong)value));

    /// <summary>A 32-bit float.</summary>
    public static implicit operator WasmValue(float value) => new(WasmType.F32, BitConverter.SingleToUInt32Bits(value));

    /// <summary>A 64-bit float.</summary>
    public static implicit operator WasmValue(double value) => new(WasmType.F64, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Reads a number of a given type from text, in the invariant culture.</summary>
    /// <param name="type">The type wanted.</param>
    /// <param name="text">The text; integers signed or unsigned.</param>
    /// <param name="value">The number.</param>
    /// <returns>False when the text is no such number, or no number can have the type.</returns>
    public static bool TryParse(WasmType type, string text, out WasmValue value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        switch (type)
        {
            case WasmType.I32 when int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out int i32):
                value = i32;
                return true;
            case WasmType.I32 when uint.TryParse(text, NumberStyles.None, culture, out uint u32):
                value = unchecked((int)u32);
                return true;
            case WasmType.I64 when long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out long i64):
                value = i64;
                return true;
            case WasmType.I64 when ulong.TryParse(text, NumberStyles.None, culture, out ulong u64):
                value = unchecked((long)u64);
                return true;
            case WasmType.F32 when float.TryParse(text, NumberStyles.Float, culture, out float f32):
                value = f32;
                return true;
            case WasmType.F64 when double.TryParse(text, NumberStyles.Float, culture, out double f64):
                value = f64;
                return true;
            default:
                value = default;
                return false;
        }
    }

    /// <summary>The value of a 32-bit integer.</summary>
    public int AsInt32() => unchecked((int)Bits(WasmType.I32));

    /// <summary>The value of a 64-bit integer.</summary>
    public long AsInt64() => unchecked((long)Bits(WasmType.I64));

    /// <summary>The value of a 32-bit float.</summary>
    public float AsSingle() => BitConverter.UInt32BitsToSingle((uint)Bits(WasmType.F32));

    /// <summary>The value of a 64-bit float.</summary>
    public double AsDouble() => BitConverter.UInt64BitsToDouble(Bits(WasmType.F64));

    /// <summary>
    /// A number in the invariant culture; any other value as the text form of component values, WAVE.
    /// </summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        return Type switch
        {
            WasmType.I32 => AsInt32().ToString(culture),
            WasmType.I64 => AsInt64().ToString(culture),
            WasmType.F32 => AsSingle().ToString(culture),
            WasmType.F64 => AsDouble().ToString(culture),
            _ => WaveWriter.Write(this),
        };
    }

    internal static WasmValue FromBits(WasmType type, ulong bits) => new(type, bits);

    internal ulong Bits(WasmType expected)
    {
        return Type == expected
            ? _bits
            : throw new InvalidOperationException($"the value is of type {Type}, not {expected}");
    }
}
