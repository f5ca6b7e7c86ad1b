using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>What waits for the pollables of one guest: the functions of an instance of <c>waits.wat</c>.</summary>
/// <param name="Poll"><c>wasi:io/poll</c>'s <c>poll</c>, in slices.</param>
/// <param name="Block">Its <c>[method]pollable.block</c>, in slices.</param>
internal sealed record GuestWaits(ComponentFunc Poll, ComponentFunc Block);
