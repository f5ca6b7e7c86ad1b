namespace WasiGpu.Cuda;

/// <summary>A buffer in the device's memory, aligned to at least 256 bytes.</summary>
internal sealed class CudaBuffer : GpuBuffer
{
    /// <summary>Allocations are rounded up to so many bytes, so that kernels can read whole vectors at the end.</summary>
    internal const ulong PaddingBytes = 16;

    internal CudaBuffer(ulong sizeBytes, BufferUsage usage, ulong pointer)
        : base(sizeBytes, usage) => Pointer = pointer;

    /// <summary>The device's address of the first byte.</summary>
    internal ulong Pointer { get; }

    /// <summary>Whether the memory still holds what was there before: nobody has used the buffer yet.</summary>
    internal bool IsRaw { get; set; }

    /// <summary>The number of the last work that reads or writes the buffer.</summary>
    internal ulong LastUse { get; set; }

    /// <summary>The number of the last work that writes the buffer.</summary>
    internal ulong LastWrite { get; set; }

    /// <summary>
    /// How often the buffer was written, by transfers, copies or kernels: what was made from its content holds as
    /// long as this stays the same.
    /// </summary>
    internal ulong WriteCount { get; set; }

    /// <summary>The size allocated: the size as asked for, and what pads it.</summary>
    internal static ulong PaddedBytes(ulong sizeBytes) => (sizeBytes + PaddingBytes - 1) & ~(PaddingBytes - 1);
}
