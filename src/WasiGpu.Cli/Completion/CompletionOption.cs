namespace WasiGpu.Cli.Completion;

/// <summary>One option as shells complete it.</summary>
/// <param name="Names">Its names with their dashes, the long one first.</param>
/// <param name="Description">The sentence of the help.</param>
/// <param name="ValueName">The value's name in the help; null for an option without a value.</param>
/// <param name="Choices">The values there are; empty where any text may be one.</param>
/// <param name="IsRepeatable">Whether it may be given more than once.</param>
internal sealed record CompletionOption(
    IReadOnlyList<string> Names,
    string Description,
    string? ValueName,
    IReadOnlyList<string> Choices,
    bool IsRepeatable)
{
    /// <summary>Whether the value is a file or a folder, or begins with one.</summary>
    internal bool IsPath => ValueName?.Split('[', '|')[0] is "FILE" or "DIR" or "HOST" or "PYTHON";
}
