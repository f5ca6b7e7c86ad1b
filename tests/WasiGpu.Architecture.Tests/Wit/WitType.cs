namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>A named type of an interface.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>record</c>, <c>variant</c>, <c>enum</c>, <c>flags</c>, <c>type</c> for another name
/// of a type, or <c>use</c> for a type of another interface.</param>
/// <param name="Fields">Its fields, cases or flags in order; for another name of a type, that type as the
/// only entry.</param>
internal sealed record WitType(string Name, string Kind, IReadOnlyList<WitField> Fields)
{
    /// <summary>The type on one line.</summary>
    public override string ToString()
    {
        return Fields.Count == 0 ? $"{Kind} {Name}" : $"{Kind} {Name} {{ {string.Join(", ", Fields)} }}";
    }
}
