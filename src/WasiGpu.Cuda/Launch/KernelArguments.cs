using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>
/// The arguments of one launch at a time, in memory that is used again for the next: each in slots of 8 bytes, and
/// the table of their addresses that the driver wants.
/// </summary>
internal sealed unsafe class KernelArguments : IDisposable
{
    private const int MaxArguments = 32;
    private const int MaxSlots = 96;

    private byte* _memory;
    private int _count;
    private int _slotCount;

    internal KernelArguments()
    {
        _memory = (byte*)NativeMemory.AllocZeroed(
            (MaxSlots * (nuint)sizeof(ulong)) + (MaxArguments * (nuint)sizeof(void*)));
    }

    /// <summary>The addresses of the arguments.</summary>
    internal void** Table => (void**)(_memory + (MaxSlots * sizeof(ulong)));

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }

    /// <summary>Forgets the arguments of the last launch.</summary>
    internal KernelArguments Clear()
    {
        _count = 0;
        _slotCount = 0;
        return this;
    }

    /// <summary>Adds an argument: a number, a device address as <c>ulong</c>, or a structure of them, of just the
    /// kernel's type.</summary>
    internal KernelArguments Add<T>(T value)
        where T : unmanaged
    {
        int slots = (sizeof(T) + sizeof(ulong) - 1) / sizeof(ulong);
        Check.That(_count < MaxArguments && _slotCount + slots <= MaxSlots);
        byte* place = _memory + (_slotCount * sizeof(ulong));
        Unsafe.WriteUnaligned(place, value);
        Table[_count++] = place;
        _slotCount += slots;
        return this;
    }
}
