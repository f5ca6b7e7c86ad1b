namespace WasiGpu.Cuda;

/// <summary>
/// Device memory that holds nothing that cannot be made again: it is taken away, by any thread, when something else
/// needs the memory and the block is not in use. Its owner's stream orders the free after the kernels that use it.
/// </summary>
internal sealed class DroppableBlock
{
    private const int Idle = 0;
    private const int InUse = 1;
    private const int Dropped = 2;

    private int _state = InUse;

    internal DroppableBlock(ulong pointer, ulong sizeBytes, nint stream)
    {
        Pointer = pointer;
        SizeBytes = sizeBytes;
        Stream = stream;
    }

    /// <summary>The device's address.</summary>
    internal ulong Pointer { get; }

    /// <summary>The size, as it is reserved in the device's budget.</summary>
    internal ulong SizeBytes { get; }

    /// <summary>The stream of the owner.</summary>
    internal nint Stream { get; }

    /// <summary>Takes the block for use; a new block is in use.</summary>
    /// <returns>False when it was taken away.</returns>
    internal bool TryUse() => Interlocked.CompareExchange(ref _state, InUse, Idle) == Idle;

    /// <summary>Ends the use, once the kernels that need the block are queued.</summary>
    internal void EndUse() => Volatile.Write(ref _state, Idle);

    /// <summary>Takes the block away for good, if it is idle.</summary>
    internal bool TryDrop() => Interlocked.CompareExchange(ref _state, Dropped, Idle) == Idle;
}
