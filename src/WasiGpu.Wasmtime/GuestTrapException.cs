namespace WasiGpu.Wasmtime;

/// <summary>A guest was ended while it was being instantiated.</summary>
/// <param name="trap">Why.</param>
public sealed class GuestTrapException(GuestTrap trap) : Exception(trap?.Message)
{
    /// <summary>Why the guest was ended.</summary>
    public GuestTrap Trap { get; } = trap ?? throw new ArgumentNullException(nameof(trap));
}
