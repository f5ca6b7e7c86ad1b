namespace WasiGpu.Tests;

/// <summary>A buffer that has a size and nothing else: the rules look at no more.</summary>
internal sealed class SizedBuffer(ulong sizeBytes) : GpuBuffer(sizeBytes, BufferUsage.None);
