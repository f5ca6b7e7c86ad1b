namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>A function of an interface.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters in order.</param>
/// <param name="Result">The type of its result as written in WIT; null without one.</param>
internal sealed record WitFunction(string Name, IReadOnlyList<WitField> Parameters, string? Result)
{
    /// <summary>The function as WIT writes it.</summary>
    public override string ToString()
    {
        string result = Result is null ? "" : $" -> {Result}";
        return $"{Name}: func({string.Join(", ", Parameters)}){result}";
    }
}
