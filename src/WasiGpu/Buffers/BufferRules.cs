namespace WasiGpu;

/// <summary>The rules of <c>compute</c> about sizes and ranges; nothing wraps around.</summary>
public static class BufferRules
{
    /// <summary>Checks that a range lies in a buffer. A length of 0 is fine when the offset is not past the end.</summary>
    /// <param name="name">What the message calls the buffer: <c>buffer</c>, <c>src</c> or <c>dst</c>.</param>
    /// <param name="buffer">The buffer.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="sizeBytes">Number of bytes.</param>
    /// <returns>Null, or <see cref="GpuErrorKind.InvalidParams"/> with the numbers in its message.</returns>
    public static GpuError? CheckRange(string name, GpuBuffer buffer, ulong offset, ulong sizeBytes)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return offset <= buffer.SizeBytes && sizeBytes <= buffer.SizeBytes - offset
            ? null
            : GpuError.InvalidParams(
                $"{name}: {sizeBytes} bytes at offset {offset} leave the buffer, which has {buffer.SizeBytes} bytes");
    }
}
