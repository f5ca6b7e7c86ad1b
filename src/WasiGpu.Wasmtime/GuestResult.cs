namespace WasiGpu.Wasmtime;

/// <summary>How a call into a guest ended.</summary>
public sealed record GuestResult
{
    /// <summary>The <see cref="ExitCode"/> of a guest that was ended: a trap, a passed deadline, a cancellation.</summary>
    public const int EndedExitCode = 134;

    /// <summary>
    /// The guest's own exit code; 0 after a normal return; <see cref="EndedExitCode"/> with <see cref="Trap"/>.
    /// </summary>
    public required int ExitCode { get; init; }

    /// <summary>Why the guest was ended; null when it ended by itself.</summary>
    public GuestTrap? Trap { get; init; }

    /// <summary>What the called export returned; empty for a command.</summary>
    public IReadOnlyList<WasmValue> Values { get; init; } = [];

    /// <summary>Whether the guest's device was lost; its results are then not to be trusted, whatever it says.</summary>
    public bool IsDeviceLost { get; init; }

    /// <summary>The device the guest was given; null for none.</summary>
    public DeviceInfo? Device { get; init; }

    /// <summary>What the guest has used since it was made.</summary>
    public required GuestUsage Usage { get; init; }
}
