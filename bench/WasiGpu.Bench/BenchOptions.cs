namespace WasiGpu.Bench;

/// <summary>What is measured.</summary>
public sealed record BenchOptions
{
    /// <summary>Only cases with this text in <c>SUITE/CASE</c>; null: all.</summary>
    public string? Filter { get; init; }

    /// <summary>The program's own file, of which whole runs are measured; null: they are left out.</summary>
    public string? Program { get; init; }

    /// <summary>Gets the name of each case before it is measured.</summary>
    public Action<string> Progress { get; init; } = _ => { };
}
