namespace WasiGpu.Wasmtime;

/// <summary>Why a guest was ended.</summary>
/// <param name="Kind">Whose doing it was.</param>
/// <param name="Message">One line.</param>
/// <param name="Backtrace">The wasm frames, innermost first: number, offset in the module, function. Empty when no
/// guest code was running.</param>
public sealed record GuestTrap(GuestTrapKind Kind, string Message, IReadOnlyList<string> Backtrace);
