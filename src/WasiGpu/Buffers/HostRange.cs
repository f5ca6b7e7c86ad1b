namespace WasiGpu;

/// <summary>
/// Bytes in the host's address space, usually inside a guest's linear memory. Not a span: a guest may move 4 GiB
/// less one byte in one call. Valid only during the call it is passed to.
/// </summary>
public readonly unsafe struct HostRange
{
    /// <summary>Names <paramref name="lengthBytes"/> bytes at <paramref name="pointer"/>.</summary>
    /// <param name="pointer">The first byte; may be anything when the length is 0.</param>
    /// <param name="lengthBytes">Their number; below 2^63.</param>
    /// <param name="memory">The guest memory they lie in, by which a backend may know that it can transfer from
    /// it directly; null for other memory.</param>
    public HostRange(byte* pointer, ulong lengthBytes, HostMemory? memory = null)
    {
        Pointer = pointer;
        LengthBytes = lengthBytes;
        Memory = memory;
    }

    /// <summary>The first byte.</summary>
    public byte* Pointer { get; }

    /// <summary>The number of bytes.</summary>
    public ulong LengthBytes { get; }

    /// <summary>The guest memory that the bytes lie in, or null.</summary>
    public HostMemory? Memory { get; }
}
