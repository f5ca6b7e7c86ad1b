namespace WasiGpu.Wasmtime;

/// <summary>What a module holds, and whether this host runs it.</summary>
public sealed record ModuleDescription
{
    /// <summary>The name it was loaded under.</summary>
    public required string Name { get; init; }

    /// <summary>Size of the binary in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>
    /// Whether it is a command (a core module that exports <c>_start</c>, a component that exports
    /// <c>wasi:cli/run</c>) rather than a library.
    /// </summary>
    public bool IsCommand => Exports.Any(e => Component is null
        ? e.Name == GuestExports.Start && e.Kind == ExternKind.Function
        : ComponentDescription.IsRun(e.Name));

    /// <summary>What is particular to a component; null for a core module.</summary>
    public ComponentDescription? Component { get; init; }

    /// <summary>The export that makes a command of it.</summary>
    internal string EntryName => Component is null ? GuestExports.Start : ComponentDescription.Run;

    /// <summary>What it imports, in the module's order.</summary>
    public required IReadOnlyList<ModuleImport> Imports { get; init; }

    /// <summary>What it exports, in the module's order.</summary>
    public required IReadOnlyList<ModuleExport> Exports { get; init; }

    /// <summary>Its own memories.</summary>
    public required IReadOnlyList<ModuleMemory> Memories { get; init; }

    /// <summary>Whether it has a start function, which runs when it is instantiated.</summary>
    public bool HasStartFunction { get; init; }

    /// <summary>Why this host does not run it, one line each; empty when it does.</summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];

    /// <summary>What will go wrong only if the guest gets there, one line each (a missing <c>cabi_realloc</c>).</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
