using System.Text;

namespace WasiGpu.Wasmtime;

/// <summary>The values of components.</summary>
public readonly partial record struct WasmValue
{
    /// <summary>A <c>bool</c>.</summary>
    public static implicit operator WasmValue(bool value) => new(WasmType.Boolean, value ? 1u : 0u);

    /// <summary>A 32-bit integer without a sign.</summary>
    public static implicit operator WasmValue(uint value) => new(WasmType.U32, value);

    /// <summary>A 64-bit integer without a sign.</summary>
    public static implicit operator WasmValue(ulong value) => new(WasmType.U64, value);

    /// <summary>A <c>char</c>.</summary>
    public static implicit operator WasmValue(Rune value) => new(WasmType.Char, (uint)value.Value);

    /// <summary>A <c>string</c>.</summary>
    public static implicit operator WasmValue(string value) => new(WasmType.Text, 0, value ?? "");

    /// <summary>The value <c>none</c> of an <c>option</c>.</summary>
    public static WasmValue None { get; } = new(WasmType.Option, 0, new Case("none", null));

    /// <summary>The items of a <c>list</c> or <c>tuple</c>.</summary>
    /// <exception cref="InvalidOperationException">It is neither.</exception>
    public IReadOnlyList<WasmValue> Items => Data<WasmValue[]>();

    /// <summary>The fields of a <c>record</c>, in its order.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public IReadOnlyList<KeyValuePair<string, WasmValue>> Fields => Data<KeyValuePair<string, WasmValue>[]>();

    /// <summary>The names that are set of <c>flags</c>.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public IReadOnlyList<string> Names => Data<string[]>();

    /// <summary>
    /// The case of a <c>variant</c> or <c>enum</c>; <c>some</c> or <c>none</c>; <c>ok</c> or <c>err</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has no cases.</exception>
    public string CaseName => Data<Case>().Name;

    /// <summary>What the case of a <c>variant</c>, <c>option</c> or <c>result</c> holds; null for nothing.</summary>
    /// <exception cref="InvalidOperationException">It has no cases.</exception>
    public WasmValue? Payload => Data<Case>().Payload;

    /// <summary>A <c>list</c>.</summary>
    /// <param name="items">The items, all of one type.</param>
    public static WasmValue List(IEnumerable<WasmValue> items) => new(WasmType.List, 0, items.ToArray());

    /// <summary>A <c>tuple</c>.</summary>
    /// <param name="items">The items.</param>
    public static WasmValue Tuple(params WasmValue[] items) => new(WasmType.Tuple, 0, (WasmValue[])items.Clone());

    /// <summary>A <c>record</c>.</summary>
    /// <param name="fields">Names and values, in any order.</param>
    public static WasmValue Record(params (string Name, WasmValue Value)[] fields)
    {
        return new(
            WasmType.Record,
            0,
            fields.Select(field => KeyValuePair.Create(field.Name, field.Value)).ToArray());
    }

    /// <summary>A case of a <c>variant</c>.</summary>
    /// <param name="name">The case.</param>
    /// <param name="payload">What it holds; null for nothing.</param>
    public static WasmValue Variant(string name, WasmValue? payload = null)
    {
        return new(WasmType.Variant, 0, new Case(name, payload));
    }

    /// <summary>A case of an <c>enum</c>.</summary>
    /// <param name="name">The case.</param>
    public static WasmValue Enum(string name) => new(WasmType.Enum, 0, new Case(name, null));

    /// <summary>The value of <c>flags</c>.</summary>
    /// <param name="names">The names that are set.</param>
    public static WasmValue Flags(params string[] names) => new(WasmType.Flags, 0, (string[])names.Clone());

    /// <summary>The value <c>some</c> of an <c>option</c>.</summary>
    /// <param name="payload">What it holds.</param>
    public static WasmValue Some(WasmValue payload) => new(WasmType.Option, 0, new Case("some", payload));

    /// <summary>The value <c>ok</c> of a <c>result</c>.</summary>
    /// <param name="payload">What it holds; null for nothing.</param>
    public static WasmValue Ok(WasmValue? payload = null) => new(WasmType.Result, 0, new Case("ok", payload));

    /// <summary>The value <c>err</c> of a <c>result</c>.</summary>
    /// <param name="payload">What it holds; null for nothing.</param>
    public static WasmValue Error(WasmValue? payload = null) => new(WasmType.Result, 0, new Case("err", payload));

    /// <summary>The value of a <c>bool</c>.</summary>
    public bool AsBoolean() => Bits(WasmType.Boolean) != 0;

    /// <summary>The value of a <c>char</c>.</summary>
    public Rune AsRune() => new((uint)Bits(WasmType.Char));

    /// <summary>The value of a <c>string</c>.</summary>
    public string AsText() => Data<string>();

    /// <summary>The value of an integer of any type.</summary>
    /// <exception cref="InvalidOperationException">It is no integer.</exception>
    public Int128 AsInteger()
    {
        return Type switch
        {
            WasmType.S8 or WasmType.S16 or WasmType.S32 or WasmType.S64 or WasmType.I64 => unchecked((long)_bits),
            WasmType.U8 or WasmType.U16 or WasmType.U32 or WasmType.U64 => _bits,
            WasmType.I32 => unchecked((int)_bits),
            _ => throw new InvalidOperationException($"the value is of type {Type}, not an integer"),
        };
    }

    /// <summary>Whether two values are the same, with all they hold.</summary>
    /// <param name="other">The other value.</param>
    public bool Equals(WasmValue other)
    {
        if (Type != other.Type || _bits != other._bits)
        {
            return false;
        }

        return (_data, other._data) switch
        {
            (WasmValue[] a, WasmValue[] b) => a.AsSpan().SequenceEqual(b),
            (KeyValuePair<string, WasmValue>[] a, KeyValuePair<string, WasmValue>[] b) => a.SequenceEqual(b),
            (string[] a, string[] b) => a.AsSpan().SequenceEqual(b),
            (object a, object b) => a.Equals(b),
            (null, null) => true,
            _ => false,
        };
    }

    /// <summary>A hash of type and value; of what holds others, of their number.</summary>
    public override int GetHashCode()
    {
        int data = _data switch
        {
            Array items => items.Length,
            object one => one.GetHashCode(),
            null => 0,
        };
        return HashCode.Combine(Type, _bits, data);
    }

    /// <summary>An integer of a component's type; its bits are extended by its sign.</summary>
    internal static WasmValue FromInteger(WasmType type, Int128 value) => new(type, unchecked((ulong)value));

    private T Data<T>()
    {
        return _data is T data
            ? data
            : throw new InvalidOperationException($"a value of type {Type} has no such part");
    }

    /// <summary>A case and what it holds.</summary>
    private sealed record Case(string Name, WasmValue? Payload);
}
