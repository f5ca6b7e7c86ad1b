namespace WasiGpu.Wasmtime;

/// <summary>What a component holds, and what this host does to it before it runs.</summary>
public sealed record ComponentDescription
{
    internal const string Run = "wasi:cli/run";

    /// <summary>Number of its core modules, those of nested components included.</summary>
    public required int CoreModules { get; init; }

    /// <summary>Number of components nested in it, at any depth.</summary>
    public required int NestedComponents { get; init; }

    /// <summary>The version of WASI that it asks for, the highest one: <c>0.2.12</c>; null without WASI.</summary>
    public string? WasiVersion { get; init; }

    /// <summary>Number of components in it, itself included, that are given a bridge.</summary>
    public required int RewrittenComponents { get; init; }

    /// <summary>The functions of <c>wasi:gpu</c> whose calls go through the bridge, by name.</summary>
    public IReadOnlyList<string> BridgedFunctions { get; init; } = [];

    /// <summary>
    /// Number of nested components whose <c>wasi:gpu</c> is another component's; they are left as they are.
    /// </summary>
    public int VirtualGpus { get; init; }

    /// <summary>
    /// What it imports and this host does not have, as <c>interface function</c>: calling it is a trap that names it.
    /// </summary>
    public IReadOnlyList<string> MissingFunctions { get; init; } = [];

    /// <summary>Whether an export's name is that of the interface by which commands are run, of whatever version.</summary>
    internal static bool IsRun(string name) => name == Run || name.StartsWith(Run + "@0.2.", StringComparison.Ordinal);
}
