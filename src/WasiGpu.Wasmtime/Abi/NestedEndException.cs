namespace WasiGpu.Wasmtime;

/// <summary>
/// Guest code run by a host call (<c>cabi_realloc</c>) trapped or exited: unwinds the host call. The guest holds
/// what happened.
/// </summary>
internal sealed class NestedEndException : Exception;
