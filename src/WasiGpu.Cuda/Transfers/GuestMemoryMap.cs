using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// The parts of one guest's memory that are registered with the driver, so that the device copies from and to them
/// without a detour. Growth registers the new part alone; a copy must not cross the border of two parts.
/// </summary>
/// <remarks>
/// Registering 256 MiB takes 7 to 11 ms, of huge pages 4 to 5, and unregistering 4 to 5 more (the machine of an H200);
/// a transfer through staging takes 5.5. So a range is registered when it is transferred for the second time.
/// Parts are added by the guest's own calls and removed after its last one.
/// </remarks>
internal sealed unsafe class GuestMemoryMap
{
    // WebAssembly memory is made of such pages and starts at one: rounding out to them stays inside it.
    private const ulong PageBytes = 1 << 16;
    private const ulong BlockBytes = 1 << 20;
    private const ulong MostBytes = 1UL << 32;
    private const int MostParts = 512;

    private readonly CudaContext _context;
    private readonly ulong _base;
    private readonly List<Part> _parts = [];
    private readonly ulong[] _seenBlocks = new ulong[MostBytes / BlockBytes / 64];
    private bool _isRefused;

    internal GuestMemoryMap(CudaContext context, HostMemory memory)
    {
        _context = context;
        _base = (ulong)memory.BaseAddress;
    }

    /// <summary>Notes a transfer, and registers its range if that pays now.</summary>
    /// <param name="pointer">The range's first byte.</param>
    /// <param name="lengthBytes">Its length; at least 1.</param>
    /// <param name="isForced">Whether to register at once.</param>
    internal void Note(byte* pointer, ulong lengthBytes, bool isForced)
    {
        ulong start = (ulong)pointer - _base;
        ulong end = start + lengthBytes;
        if (_isRefused || (ulong)pointer < _base || end > MostBytes)
        {
            return;
        }

        bool isSeen = Mark(start / BlockBytes, (end - 1) / BlockBytes);
        if (isSeen || isForced)
        {
            Register(start / PageBytes * PageBytes, (end + PageBytes - 1) / PageBytes * PageBytes);
        }
    }

    /// <summary>The longest piece at the start of a range that is wholly registered in one part, or wholly not.</summary>
    /// <param name="pointer">The range's first byte.</param>
    /// <param name="lengthBytes">Its length; at least 1.</param>
    /// <param name="isRegistered">Whether the piece is registered.</param>
    internal ulong FindPiece(byte* pointer, ulong lengthBytes, out bool isRegistered)
    {
        ulong start = unchecked((ulong)pointer - _base);
        foreach (Part part in _parts)
        {
            if (start < part.End)
            {
                isRegistered = start >= part.Start;
                return Math.Min(lengthBytes, (isRegistered ? part.End : part.Start) - start);
            }
        }

        isRegistered = false;
        return lengthBytes;
    }

    /// <summary>Unregisters everything, on any thread; never throws. A lost context has let go already.</summary>
    internal void Close()
    {
        bool isUsable = _context.TryMakeCurrent();
        foreach (Part part in _parts)
        {
            if (isUsable && !_context.IsLost)
            {
                _ = _context.Note(CudaDriver.cuMemHostUnregister((void*)(_base + part.Start)));
            }

            PinnedMemory.Budget.Release(part.End - part.Start);
        }

        _parts.Clear();
        _isRefused = true;
    }

    /// <summary>Marks blocks as transferred; returns whether all were before.</summary>
    private bool Mark(ulong first, ulong last)
    {
        bool areSeen = true;
        for (ulong block = first; block <= last; block++)
        {
            ulong bit = 1UL << (int)(block % 64);
            areSeen &= (_seenBlocks[block / 64] & bit) != 0;
            _seenBlocks[block / 64] |= bit;
        }

        return areSeen;
    }

    private void Register(ulong start, ulong end)
    {
        ulong next = start;
        for (int i = 0; i <= _parts.Count && next < end && !_isRefused; i++)
        {
            ulong gapEnd = i < _parts.Count ? Math.Min(_parts[i].Start, end) : end;
            if (next < gapEnd)
            {
                RegisterPart(i, new Part(next, gapEnd));
                next = gapEnd;
            }
            else if (i < _parts.Count)
            {
                next = Math.Max(next, _parts[i].End);
            }
        }
    }

    private void RegisterPart(int index, Part part)
    {
        ulong sizeBytes = part.End - part.Start;
        if (_parts.Count == MostParts || !PinnedMemory.Budget.TryReserve(sizeBytes))
        {
            _isRefused = true;
            return;
        }

        CuResult status = CudaDriver.cuMemHostRegister_v2((void*)(_base + part.Start), (nuint)sizeBytes, 0);
        if (_context.Note(status, nameof(CudaDriver.cuMemHostRegister_v2)))
        {
            // Memory that cannot be pinned goes through staging for the rest of its life.
            _isRefused = true;
            PinnedMemory.Budget.Release(sizeBytes);
            return;
        }

        _parts.Insert(index, part);
    }

    private readonly record struct Part(ulong Start, ulong End);
}
