namespace WasiGpu.Cli.Output;

/// <summary>One memory of <c>inspect --json</c>; sizes in pages of 64 KiB.</summary>
/// <param name="MinimumPages">Pages it starts with.</param>
/// <param name="MaximumPages">Pages it may grow to; null without a limit.</param>
/// <param name="IsShared">Whether threads share it.</param>
/// <param name="Is64Bit">Whether its addresses have 64 bits.</param>
internal sealed record MemoryJson(ulong MinimumPages, ulong? MaximumPages, bool IsShared, bool Is64Bit);
