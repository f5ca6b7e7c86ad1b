using System.Runtime.InteropServices;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// Host memory that the device reaches at full speed, in two halves: one is copied by a processor while the device
/// copies the other. Each half has an event, the end of its last copy by the device.
/// </summary>
internal sealed unsafe class StagingSlot
{
    /// <summary>Bytes of a half.</summary>
    internal const uint HalfBytes = 2 << 20;

    private const nuint SlotBytes = 2 * HalfBytes;

    private readonly CudaContext _context;
    private readonly bool _isPinned;
    private readonly byte* _memory;
    private readonly nint[] _ends = new nint[2];

    internal StagingSlot(CudaContext context)
    {
        _context = context;
        for (int half = 0; half < 2; half++)
        {
            nint end;
            context.Ok(CudaDriver.cuEventCreate(&end, CudaDriver.EventDisableTiming));
            _ends[half] = end;
        }

        if (PinnedMemory.Budget.TryReserve(SlotBytes))
        {
            void* memory;
            if (!context.Note(CudaDriver.cuMemHostAlloc(&memory, SlotBytes, 0)))
            {
                _memory = (byte*)memory;
                _isPinned = true;
                return;
            }

            PinnedMemory.Budget.Release(SlotBytes);
        }

        // Slower, but the driver takes any memory: it stages it itself.
        try
        {
            _memory = (byte*)NativeMemory.AlignedAlloc(SlotBytes, 4096);
        }
        catch (OutOfMemoryException e)
        {
            throw new GpuException(GpuError.OutOfMemory("the system refused memory for a transfer"), e);
        }
    }

    /// <summary>Whether the device reaches the memory itself.</summary>
    internal bool IsPinned => _isPinned;

    /// <summary>The memory of a half.</summary>
    internal byte* Half(int half) => _memory + ((nuint)half * HalfBytes);

    /// <summary>Marks the end of the device's copies of a half so far.</summary>
    internal void MarkEnd(int half, nint stream) => _context.Ok(CudaDriver.cuEventRecord(_ends[half], stream));

    /// <summary>Marks both halves as used by a stream's work so far; never throws.</summary>
    internal void TryMarkEnds(nint stream, nint otherStream)
    {
        _ = _context.Note(CudaDriver.cuEventRecord(_ends[0], stream));
        _ = _context.Note(CudaDriver.cuEventRecord(_ends[1], otherStream));
    }

    /// <summary>Waits for the device's last copy of a half.</summary>
    internal void Wait(int half, Deadline deadline)
    {
        Patience patience = new();
        CuResult status;
        while ((status = CudaDriver.cuEventQuery(_ends[half])) == CuResult.NotReady)
        {
            deadline.ThrowIfPassed();
            patience.Pause();
        }

        _context.Ok(status, nameof(CudaDriver.cuEventQuery));
    }

    /// <summary>Whether the device is done with both halves; never throws.</summary>
    internal bool IsIdle()
    {
        return CudaDriver.cuEventQuery(_ends[0]) == CuResult.Success
            && CudaDriver.cuEventQuery(_ends[1]) == CuResult.Success;
    }

    /// <summary>Frees the slot; the context is current. Never throws.</summary>
    internal void Free()
    {
        _ = CudaDriver.cuEventDestroy_v2(_ends[0]);
        _ = CudaDriver.cuEventDestroy_v2(_ends[1]);
        if (_isPinned)
        {
            _ = CudaDriver.cuMemFreeHost(_memory);
            PinnedMemory.Budget.Release(SlotBytes);
        }
        else
        {
            NativeMemory.AlignedFree(_memory);
        }
    }
}
