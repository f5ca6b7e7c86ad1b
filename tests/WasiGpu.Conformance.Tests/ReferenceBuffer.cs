namespace WasiGpu.Conformance.Tests;

/// <summary>A buffer that is an array of bytes.</summary>
internal sealed class ReferenceBuffer(byte[] bytes, int sizeBytes, BufferUsage usage)
    : GpuBuffer((ulong)sizeBytes, usage)
{
    /// <summary>
    /// The content; longer than the buffer only where a fault needs room to write past the end.
    /// </summary>
    internal byte[] Bytes { get; } = bytes;
}
