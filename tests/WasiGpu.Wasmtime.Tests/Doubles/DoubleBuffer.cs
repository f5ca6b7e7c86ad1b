namespace WasiGpu.Wasmtime.Tests.Doubles;

/// <summary>A buffer without bytes.</summary>
internal sealed class DoubleBuffer(ulong sizeBytes, BufferUsage usage) : GpuBuffer(sizeBytes, usage);
