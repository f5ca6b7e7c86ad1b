namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>A parameter, a field of a record, or a case of a variant.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as written in WIT; null for a case without a payload, a flag or a case of an
/// enum.</param>
internal sealed record WitField(string Name, string? Type)
{
    /// <summary>The field as WIT writes it.</summary>
    public override string ToString() => Type is null ? Name : $"{Name}: {Type}";
}
