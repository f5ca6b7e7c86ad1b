using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Output;

/// <summary>The whole of <c>inspect --json</c>.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="SizeBytes">Size of the binary.</param>
/// <param name="Kind"><c>command</c> or <c>library</c>.</param>
/// <param name="Imports">What it imports.</param>
/// <param name="Exports">What it exports.</param>
/// <param name="Memories">Its memories.</param>
/// <param name="HasStartFunction">Whether code runs when it is instantiated.</param>
/// <param name="Refusals">Why this host does not run it; empty when it does.</param>
/// <param name="Warnings">What will go wrong only if the guest gets there.</param>
/// <param name="Component">What is particular to a component; null for a core module.</param>
internal sealed record ModuleJson(
    string Name,
    long SizeBytes,
    string Kind,
    IReadOnlyList<ImportJson> Imports,
    IReadOnlyList<ExportJson> Exports,
    IReadOnlyList<MemoryJson> Memories,
    bool HasStartFunction,
    IReadOnlyList<string> Refusals,
    IReadOnlyList<string> Warnings,
    ComponentDescription? Component);
