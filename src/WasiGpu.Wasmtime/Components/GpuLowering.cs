namespace WasiGpu.Wasmtime;

/// <summary>A <c>canon lower</c> of a function of <c>wasi:gpu</c> that works on a memory.</summary>
/// <param name="Function">The function's name in WIT.</param>
/// <param name="Memory">The core memory.</param>
/// <param name="Realloc">The core function that allocates in it.</param>
/// <param name="Offset">Where it stands in the file.</param>
internal readonly record struct GpuLowering(string Function, uint Memory, uint Realloc, int Offset);
