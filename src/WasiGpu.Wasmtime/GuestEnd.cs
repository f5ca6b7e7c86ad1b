namespace WasiGpu.Wasmtime;

/// <summary>An end of guest code other than a plain return: an exit, or the reason it was ended.</summary>
/// <param name="ExitCode">The code for the embedder.</param>
/// <param name="Trap">Null for the guest's own exit.</param>
internal sealed record GuestEnd(int ExitCode, GuestTrap? Trap);
