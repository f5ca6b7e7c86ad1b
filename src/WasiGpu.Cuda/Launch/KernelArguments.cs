using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Cuda;

/// <summary>
/// The arguments of one launch at a time, in memory that is used again for the next: each in a slot of 8 bytes, and
/// the table of the slots' addresses that the driver wants.
/// </summary>
internal sealed unsafe class KernelArguments : IDisposable
{
    private const int Capacity = 32;

    private byte* _memory;
    private int _count;

    internal KernelArguments()
    {
        _memory = (byte*)NativeMemory.AllocZeroed(Capacity * (nuint)(sizeof(ulong) + sizeof(void*)));
        for (int i = 0; i < Capacity; i++)
        {
            Table[i] = _memory + (i * sizeof(ulong));
        }
    }

    /// <summary>The addresses of the arguments.</summary>
    internal void** Table => (void**)(_memory + (Capacity * sizeof(ulong)));

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
        return this;
    }

    /// <summary>Adds an argument: a number, or a device address as <c>ulong</c>, of just the kernel's type.</summary>
    internal KernelArguments Add<T>(T value)
        where T : unmanaged
    {
        Check.That(sizeof(T) <= sizeof(ulong) && _count < Capacity);
        Unsafe.WriteUnaligned(_memory + (_count * sizeof(ulong)), value);
        _count++;
        return this;
    }
}
