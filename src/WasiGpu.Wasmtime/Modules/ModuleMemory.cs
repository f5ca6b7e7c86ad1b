namespace WasiGpu.Wasmtime;

/// <summary>One linear memory of a module; sizes in pages of 64 KiB.</summary>
/// <param name="MinimumPages">Pages it starts with.</param>
/// <param name="MaximumPages">Pages it may grow to; null when the module sets no limit.</param>
/// <param name="IsShared">Whether threads share it; refused.</param>
/// <param name="Is64Bit">Whether its addresses have 64 bits; refused.</param>
public sealed record ModuleMemory(ulong MinimumPages, ulong? MaximumPages, bool IsShared, bool Is64Bit);
