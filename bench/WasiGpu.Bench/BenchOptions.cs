using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Peers;

namespace WasiGpu.Bench;

/// <summary>What is measured, and how.</summary>
public sealed record BenchOptions
{
    /// <summary>The cases; null: those of the device's backend.</summary>
    public BenchCaseList? Cases { get; init; }

    /// <summary>Only cases with this text in <c>SUITE/CASE</c>; null: all.</summary>
    public string? Filter { get; init; }

    /// <summary>The program's own file, of which whole runs are measured; null: they are left out.</summary>
    public string? Program { get; init; }

    /// <summary>A component's file, of which loading and starting are measured; null: they are left out.</summary>
    public string? Component { get; init; }

    /// <summary>What other libraries attain on this machine, and its bounds; null: not measured.</summary>
    public PeerFile? Peers { get; init; }

    /// <summary>Opens the device set up as a case's variant says; returns null where the backend has no such variant.</summary>
    public Func<string, IGpuDevice?> OpenVariant { get; init; } = _ => null;

    /// <summary>How long each case is repeated, at least.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>How often each case is repeated, at least.</summary>
    public int MinRepeats { get; init; } = 7;

    /// <summary>How often a loop in a guest makes a call that takes nanoseconds.</summary>
    public int GuestLoop { get; init; } = 1_000_000;

    /// <summary>Bytes of guest memory that a sample of a repeated transfer moves, in MiB.</summary>
    public int TransferMiB { get; init; } = 256;

    /// <summary>Gets the name of each case before it is measured.</summary>
    public Action<string> Progress { get; init; } = _ => { };

    /// <summary>Gets a sentence on each case that could not be measured, and on each peer that is absent.</summary>
    public Action<string> Missing { get; init; } = _ => { };
}
