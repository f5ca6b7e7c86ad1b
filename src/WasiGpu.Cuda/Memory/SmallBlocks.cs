namespace WasiGpu.Cuda;

/// <summary>
/// Small blocks that a session freed and may use again, by size: a driver's pool takes longer for one than a small
/// kernel runs. Whoever takes a block queues on the session's stream, behind all use of it so far, and finds old
/// content in it. Thread-safe, since another session's need takes the blocks away.
/// </summary>
/// <param name="stream">The session's stream.</param>
internal sealed class SmallBlocks(nint stream)
{
    /// <summary>The largest block that is kept.</summary>
    internal const ulong MostBlockBytes = 64 << 10;

    // No coarser than what the driver aligns blocks to: an access behind the end is still one behind the block.
    private const ulong Granularity = 256;
    private const ulong MostKeptBytes = 4 << 20;

    private readonly Stack<ulong>?[] _free = new Stack<ulong>?[(int)(MostBlockBytes / Granularity) + 1];
    private readonly Lock _lock = new();
    private ulong _keptBytes;

    /// <summary>The session's stream.</summary>
    internal nint Stream => stream;

    /// <summary>The bytes to allocate for a buffer, so that its block can be kept afterwards.</summary>
    internal static ulong BlockBytes(ulong sizeBytes)
    {
        return sizeBytes > MostBlockBytes ? sizeBytes : (sizeBytes + Granularity - 1) & ~(Granularity - 1);
    }

    /// <summary>Takes a block of just this size, if there is one.</summary>
    internal bool TryTake(ulong blockBytes, out ulong pointer)
    {
        pointer = 0;
        if (blockBytes > MostBlockBytes)
        {
            return false;
        }

        lock (_lock)
        {
            if (_free[blockBytes / Granularity] is not { } blocks || !blocks.TryPop(out pointer))
            {
                return false;
            }

            _keptBytes -= blockBytes;
            return true;
        }
    }

    /// <summary>Keeps a block, if it is small and there is room; else the caller frees it.</summary>
    internal bool TryKeep(ulong pointer, ulong blockBytes)
    {
        if (blockBytes > MostBlockBytes)
        {
            return false;
        }

        lock (_lock)
        {
            if (_keptBytes + blockBytes > MostKeptBytes)
            {
                return false;
            }

            (_free[blockBytes / Granularity] ??= new Stack<ulong>()).Push(pointer);
            _keptBytes += blockBytes;
            return true;
        }
    }

    /// <summary>Gives all blocks to somebody who frees them.</summary>
    internal void Clear(Action<ulong> free)
    {
        lock (_lock)
        {
            foreach (Stack<ulong>? blocks in _free)
            {
                while (blocks is not null && blocks.TryPop(out ulong pointer))
                {
                    free(pointer);
                }
            }

            _keptBytes = 0;
        }
    }
}
