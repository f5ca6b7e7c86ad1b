using System.Runtime.InteropServices;

namespace WasiGpu.Cpu;

/// <summary>
/// Working memory of a session's kernels: one block, lent to one kernel at a time. Up to
/// <see cref="KeptBytes"/> are kept for the next kernel and are not counted; what a kernel needs beyond that
/// is reserved in the device's budget while it runs.
/// </summary>
internal sealed unsafe class Scratch : IDisposable
{
    internal const ulong KeptBytes = 1 << 20;

    private const nuint Alignment = 64;

    private readonly MemoryBudget _memory;
    private byte* _kept;
    private bool _isLent;

    /// <summary>Allocates nothing yet.</summary>
    /// <param name="memory">Where large loans are reserved.</param>
    internal Scratch(MemoryBudget memory) => _memory = memory;

    ~Scratch() => NativeMemory.AlignedFree(_kept);

    /// <summary>Whether so many bytes could be lent now; another guest may take them first.</summary>
    internal bool HasRoomFor(ulong sizeBytes)
    {
        return sizeBytes <= KeptBytes || sizeBytes <= _memory.LimitBytes - _memory.UsedBytes;
    }

    /// <summary>Lends uninitialised bytes; one loan at a time.</summary>
    /// <exception cref="GpuException">There is no memory for it.</exception>
    internal Loan Rent(ulong sizeBytes)
    {
        Check.That(!_isLent);
        if (sizeBytes <= KeptBytes)
        {
            if (_kept is null)
            {
                _kept = Allocate((nuint)KeptBytes);
            }

            _isLent = true;
            return new Loan(this, _kept, reservedBytes: 0);
        }

        if (!_memory.TryReserve(sizeBytes))
        {
            GpuException.ThrowOutOfMemory(sizeBytes, _memory);
        }

        try
        {
            byte* pointer = Allocate(checked((nuint)sizeBytes));
            _isLent = true;
            return new Loan(this, pointer, sizeBytes);
        }
        catch (GpuException)
        {
            _memory.Release(sizeBytes);
            throw;
        }
    }

    /// <summary>Frees what is kept; nothing may be lent.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_kept);
        _kept = null;
        GC.SuppressFinalize(this);
    }

    private static byte* Allocate(nuint sizeBytes)
    {
        try
        {
            return (byte*)NativeMemory.AlignedAlloc(sizeBytes, Alignment);
        }
        catch (OutOfMemoryException e)
        {
            throw new GpuException(
                GpuError.OutOfMemory($"{sizeBytes} bytes of working memory: the system refused them"), e);
        }
    }

    /// <summary>Lent memory; ends with its scope.</summary>
    internal readonly ref struct Loan(Scratch owner, byte* pointer, ulong reservedBytes)
    {
        internal byte* Pointer { get; } = pointer;

        /// <summary>Gives the memory back.</summary>
        public void Dispose()
        {
            owner._isLent = false;
            if (reservedBytes != 0)
            {
                NativeMemory.AlignedFree(Pointer);
                owner._memory.Release(reservedBytes);
            }
        }
    }
}
