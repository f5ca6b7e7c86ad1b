using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// The device's memory: a pool of the driver's, allocated from in the order of a stream, under the device's budget.
/// Thread-safe.
/// </summary>
/// <remarks>
/// The pool keeps what is freed, since giving it to the driver and getting it back takes milliseconds; only when the
/// driver has no memory left is it trimmed. The pool's release threshold is no limit: the budget is.
/// </remarks>
internal sealed unsafe class DeviceMemory
{
    private readonly CudaContext _context;
    private readonly List<DroppableBlock> _droppable = [];
    private readonly List<SmallBlocks> _small = [];
    private readonly Lock _lock = new();
    private readonly nint _pool;

    internal DeviceMemory(CudaContext context, int device, MemoryBudget budget)
    {
        _context = context;
        Budget = budget;
        CuMemPoolProps properties = new()
        {
            AllocationType = CuMemPoolProps.AllocationTypePinned,
            LocationType = CuMemPoolProps.LocationTypeDevice,
            LocationId = device,
        };
        nint pool;
        context.Ok(CudaDriver.cuMemPoolCreate(&pool, &properties));
        _pool = pool;
        ulong keepEverything = ulong.MaxValue;
        context.Ok(CudaDriver.cuMemPoolSetAttribute(pool, CudaDriver.PoolReleaseThreshold, &keepEverything));
    }

    /// <summary>Bytes in use, as asked for.</summary>
    internal MemoryBudget Budget { get; }

    /// <summary>Allocates memory that is valid from here on in the order of the queue's stream.</summary>
    /// <param name="allocatedBytes">The size; uninitialised.</param>
    /// <param name="countedBytes">The bytes that the budget counts.</param>
    /// <param name="queue">The caller's queue; it is waited for when memory is short.</param>
    /// <param name="small">Blocks of the same queue, of which one is taken where it fits.</param>
    /// <exception cref="GpuException">There is no memory; nothing is kept.</exception>
    internal ulong Allocate(ulong allocatedBytes, ulong countedBytes, WorkQueue queue, SmallBlocks? small = null)
    {
        if (!Budget.TryReserve(countedBytes))
        {
            Drop(countedBytes);
            if (!Budget.TryReserve(countedBytes))
            {
                GpuException.ThrowOutOfMemory(countedBytes, Budget);
            }
        }

        if (small is not null && small.TryTake(allocatedBytes, out ulong pointer))
        {
            return pointer;
        }

        bool isDone = false;
        try
        {
            CuResult status = CudaDriver.cuMemAllocFromPoolAsync(
                &pointer, (nuint)allocatedBytes, _pool, queue.Stream);
            if (status == CuResult.OutOfMemory)
            {
                // Frees take effect when the work before them is done.
                Drop(ulong.MaxValue);
                ClearSmallBlocks();
                queue.Wait(queue.Last);
                _ = _context.Note(CudaDriver.cuMemPoolTrimTo(_pool, 0));
                status = CudaDriver.cuMemAllocFromPoolAsync(
                    &pointer, (nuint)allocatedBytes, _pool, queue.Stream);
            }

            _context.Ok(status, nameof(CudaDriver.cuMemAllocFromPoolAsync));
            isDone = true;
            return pointer;
        }
        finally
        {
            if (!isDone)
            {
                Budget.Release(countedBytes);
            }
        }
    }

    /// <summary>Frees memory once the work queued on the stream so far is done; its bytes count as free at once.
    /// Never throws.</summary>
    internal void Free(ulong pointer, ulong countedBytes, nint stream)
    {
        if (_context.TryMakeCurrent())
        {
            _ = _context.Note(CudaDriver.cuMemFreeAsync(pointer, stream));
        }

        Budget.Release(countedBytes);
    }

    /// <summary>The same for a buffer's memory, which may be kept for the session's next one.</summary>
    /// <param name="pointer">The memory.</param>
    /// <param name="allocatedBytes">Its size as allocated.</param>
    /// <param name="countedBytes">Its size in the budget.</param>
    /// <param name="small">The session's blocks.</param>
    internal void Free(ulong pointer, ulong allocatedBytes, ulong countedBytes, SmallBlocks small)
    {
        if (small.TryKeep(pointer, allocatedBytes))
        {
            Budget.Release(countedBytes);
        }
        else
        {
            Free(pointer, countedBytes, small.Stream);
        }
    }

    /// <summary>Creates a session's list of small blocks.</summary>
    internal SmallBlocks CreateSmallBlocks(nint stream)
    {
        SmallBlocks small = new(stream);
        lock (_lock)
        {
            _small.Add(small);
        }

        return small;
    }

    /// <summary>Frees a session's small blocks, at its end. Never throws.</summary>
    internal void Free(SmallBlocks small)
    {
        lock (_lock)
        {
            _ = _small.Remove(small);
            Clear(small);
        }
    }

    /// <summary>Allocates memory that may be taken away whenever it is not in use; it is in use at first.</summary>
    /// <exception cref="GpuException">There is no memory.</exception>
    internal DroppableBlock AllocateDroppable(ulong sizeBytes, WorkQueue queue)
    {
        DroppableBlock block = new(Allocate(sizeBytes, sizeBytes, queue), sizeBytes, queue.Stream);
        lock (_lock)
        {
            _droppable.Add(block);
        }

        return block;
    }

    /// <summary>Frees a block that is idle, if it was not taken away before. Never throws.</summary>
    internal void Free(DroppableBlock block)
    {
        lock (_lock)
        {
            _ = _droppable.Remove(block);
            if (block.TryDrop())
            {
                Free(block.Pointer, block.SizeBytes, block.Stream);
            }
        }
    }

    /// <summary>Frees the pool.</summary>
    internal void Close()
    {
        if (_context.TryMakeCurrent())
        {
            _ = CudaDriver.cuMemPoolDestroy(_pool);
        }
    }

    /// <summary>Frees the small blocks that sessions keep, of all of them.</summary>
    private void ClearSmallBlocks()
    {
        lock (_lock)
        {
            _small.ForEach(Clear);
        }
    }

    private void Clear(SmallBlocks small) => small.Clear(pointer => Free(pointer, countedBytes: 0, small.Stream));

    /// <summary>Takes idle blocks away, of any session, until so many bytes are free.</summary>
    private void Drop(ulong neededBytes)
    {
        lock (_lock)
        {
            // Blocks are freed under the lock: their owner, who frees them under it too, keeps the stream till then.
            for (int i = _droppable.Count - 1; i >= 0; i--)
            {
                if (neededBytes <= Budget.LimitBytes - Budget.UsedBytes)
                {
                    return;
                }

                DroppableBlock block = _droppable[i];
                if (block.TryDrop())
                {
                    _droppable.RemoveAt(i);
                    Free(block.Pointer, block.SizeBytes, block.Stream);
                }
            }
        }
    }
}
