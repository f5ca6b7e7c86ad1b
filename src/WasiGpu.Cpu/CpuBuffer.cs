using System.Runtime.InteropServices;

namespace WasiGpu.Cpu;

/// <summary>
/// A buffer in native memory, aligned to 64 bytes and zero when new. Its bytes are reserved in the device's
/// budget while it lives; both go back exactly once, by <see cref="Dispose"/> or by the finalizer.
/// </summary>
internal sealed unsafe class CpuBuffer : GpuBuffer, IDisposable
{
    private const nuint Alignment = 64;

    private readonly MemoryBudget _memory;
    private nint _allocation;

    private CpuBuffer(ulong sizeBytes, BufferUsage usage, MemoryBudget memory, void* allocation)
        : base(sizeBytes, usage)
    {
        _memory = memory;
        _allocation = (nint)allocation;
        Pointer = (byte*)(((nuint)allocation + Alignment - 1) & ~(Alignment - 1));
    }

    ~CpuBuffer() => FreeOnce();

    /// <summary>The first byte. Not to be used after <see cref="Dispose"/>.</summary>
    internal byte* Pointer { get; }

    internal float* Floats => (float*)Pointer;

    internal uint* Words => (uint*)Pointer;

    /// <summary>Reserves and allocates.</summary>
    /// <exception cref="GpuException">It does not fit in the budget, or the system has no memory; nothing is
    /// kept.</exception>
    internal static CpuBuffer Create(ulong sizeBytes, BufferUsage usage, MemoryBudget memory)
    {
        if (!memory.TryReserve(sizeBytes))
        {
            GpuException.ThrowOutOfMemory(sizeBytes, memory);
        }

        void* allocation = null;
        try
        {
            // Zeroed by the system on first touch where it is large: creating costs no time for the size.
            allocation = NativeMemory.AllocZeroed(checked((nuint)sizeBytes + Alignment));
            return new CpuBuffer(sizeBytes, usage, memory, allocation);
        }
        catch (Exception e) when (e is OutOfMemoryException or OverflowException)
        {
            NativeMemory.Free(allocation);
            memory.Release(sizeBytes);
            throw new GpuException(
                GpuError.OutOfMemory($"{sizeBytes} bytes asked for: the system refused the memory"), e);
        }
    }

    /// <summary>Frees the memory; further calls do nothing.</summary>
    public void Dispose()
    {
        FreeOnce();
        GC.SuppressFinalize(this);
    }

    private void FreeOnce()
    {
        nint allocation = Interlocked.Exchange(ref _allocation, 0);
        if (allocation != 0)
        {
            NativeMemory.Free((void*)allocation);
            _memory.Release(SizeBytes);
        }
    }
}
