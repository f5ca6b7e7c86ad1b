using System.Text;

namespace WasiGpu.Wasmtime;

/// <summary>A <see cref="WasmValue"/> on its way from a worker.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Bits">A number's bits, so that every NaN stays the same.</param>
/// <param name="Names">A text; the names of fields or flags; the name of a case.</param>
/// <param name="Values">Items, the values of fields, or what a case holds.</param>
internal sealed record WorkerValue(
    WasmType Type,
    ulong Bits,
    IReadOnlyList<string>? Names,
    IReadOnlyList<WorkerValue>? Values)
{
    internal static WorkerValue Of(WasmValue value)
    {
        return value.Type switch
        {
            WasmType.Text => new WorkerValue(value.Type, 0, [value.AsText()], null),
            WasmType.List or WasmType.Tuple => new WorkerValue(value.Type, 0, null, [.. value.Items.Select(Of)]),
            WasmType.Record => new WorkerValue(
                value.Type,
                0,
                [.. value.Fields.Select(field => field.Key)],
                [.. value.Fields.Select(field => Of(field.Value))]),
            WasmType.Flags => new WorkerValue(value.Type, 0, value.Names, null),
            WasmType.Variant or WasmType.Enum or WasmType.Option or WasmType.Result => new WorkerValue(
                value.Type,
                0,
                [value.CaseName],
                value.Payload is { } payload ? [Of(payload)] : []),
            _ => new WorkerValue(value.Type, value.Bits(value.Type), null, null),
        };
    }

    /// <exception cref="FormatException">It stands for no value.</exception>
    internal WasmValue ToValue()
    {
        IReadOnlyList<string> names = Names ?? [];
        IReadOnlyList<WorkerValue> values = Values ?? [];
        WasmValue? payload = values.Count == 1 ? values[0].ToValue() : default(WasmValue?);
        return Type switch
        {
            WasmType.Text when names.Count == 1 => names[0],
            WasmType.List => WasmValue.List(values.Select(value => value.ToValue())),
            WasmType.Tuple => WasmValue.Tuple([.. values.Select(value => value.ToValue())]),
            WasmType.Record when names.Count == values.Count =>
                WasmValue.Record([.. names.Zip(values, (name, value) => (name, value.ToValue()))]),
            WasmType.Flags => WasmValue.Flags([.. names]),
            WasmType.Variant when names.Count == 1 => WasmValue.Variant(names[0], payload),
            WasmType.Enum when names.Count == 1 => WasmValue.Enum(names[0]),
            WasmType.Option => payload is { } some ? WasmValue.Some(some) : WasmValue.None,
            WasmType.Result when names is ["ok"] => WasmValue.Ok(payload),
            WasmType.Result => WasmValue.Error(payload),
            WasmType.Text or WasmType.Record or WasmType.Variant or WasmType.Enum =>
                throw new FormatException($"a value of type {Type} has {names.Count} names and {values.Count} values"),
            WasmType.Char when !Rune.IsValid((uint)Bits) => throw new FormatException($"{Bits} is no character"),
            _ when !Enum.IsDefined(Type) => throw new FormatException($"there is no type {Type}"),
            _ => WasmValue.FromBits(Type, Bits),
        };
    }
}
