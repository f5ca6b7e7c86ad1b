namespace WasiGpu.Cli.Completion;

/// <summary>One command as shells complete it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">The sentence of the help.</param>
/// <param name="Options">Its options, and those that every command has.</param>
/// <param name="ArgumentName">The name of its first argument; null for a command without arguments.</param>
/// <param name="Choices">The values of its first argument; empty where that is a file.</param>
internal sealed record CompletionCommandEntry(
    string Name,
    string Description,
    IReadOnlyList<CompletionOption> Options,
    string? ArgumentName,
    IReadOnlyList<string> Choices);
