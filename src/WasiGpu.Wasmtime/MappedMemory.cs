using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// A linear memory, made by the host for the engine: address space for all it may grow to, of which the first bytes
/// can be used. Its base never moves and its pages are nobody else's, so that a backend may register them with a
/// driver; they are large where the system has large pages, which makes that several times cheaper.
/// </summary>
internal sealed unsafe class MappedMemory : GuestMemory
{
    private const nuint HugePageBytes = 2 << 20;

    // The memories of the component that it belongs to; null for a core module's, whose size the engine limits, and
    // for one of the host's own.
    private readonly ComponentMemories? _owner;
    private readonly nint _space;
    private readonly nuint _spaceBytes;
    private readonly nuint _capacityBytes;
    private nuint _sizeBytes;

    private MappedMemory(ComponentMemories? owner, nint space, nuint spaceBytes, nuint capacityBytes)
        : base((nint)(((nuint)space + HugePageBytes - 1) & ~(HugePageBytes - 1)))
    {
        _owner = owner;
        _space = space;
        _spaceBytes = spaceBytes;
        _capacityBytes = capacityBytes;

        // Advice: a system without large pages refuses it, and nothing is lost.
        _ = LinuxApi.madvise((nint)Base, capacityBytes, LinuxApi.AdviseHugePages);
    }

    /// <summary>The size now.</summary>
    internal nuint CurrentBytes => _sizeBytes;

    /// <inheritdoc/>
    internal override ulong SizeBytes(nint context) => _sizeBytes;

    /// <summary>The engine's request for a core module's memory.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint CreateForModule(
        nint environment,
        nint type,
        nuint minimumBytes,
        nuint maximumBytes,
        nuint reservedBytes,
        nuint guardBytes,
        LinearMemory* result)
    {
        return Create(isComponent: false, minimumBytes, reservedBytes, guardBytes, result);
    }

    /// <summary>
    /// The engine's request for one of a component's memories; the guest on this thread is the one it is for. Thus
    /// the host knows base and size of each without asking the engine, and can hold their sum to a limit.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint CreateForComponent(
        nint environment,
        nint type,
        nuint minimumBytes,
        nuint maximumBytes,
        nuint reservedBytes,
        nuint guardBytes,
        LinearMemory* result)
    {
        return Create(isComponent: true, minimumBytes, reservedBytes, guardBytes, result);
    }

    private static nint Create(
        bool isComponent,
        nuint minimumBytes,
        nuint reservedBytes,
        nuint guardBytes,
        LinearMemory* result)
    {
        try
        {
            ComponentMemories? owner = isComponent && !Guest.Current.Memories.IsHostsTurn
                ? Guest.Current.Memories
                : null;
            MappedMemory memory = Map(owner, minimumBytes, reservedBytes, guardBytes);
            owner?.Add(memory);
            result->Environment = GCHandle.ToIntPtr(GCHandle.Alloc(memory));
            result->Get = &Get;
            result->Grow = &Grow;
            result->Finalizer = &Free;
            return 0;
        }
        catch (Exception e)
        {
            return WasmtimeErrors.Make(e.Message);
        }
    }

    private static MappedMemory Map(
        ComponentMemories? owner,
        nuint minimumBytes,
        nuint reservedBytes,
        nuint guardBytes)
    {
        nuint capacityBytes = Math.Max(reservedBytes, minimumBytes);
        nuint spaceBytes = checked(capacityBytes + guardBytes + HugePageBytes);
        nint space = LinuxApi.mmap(
            0, spaceBytes, LinuxApi.ProtectNone, LinuxApi.PrivateAnonymousNoReserve, -1, 0);
        if (space == -1)
        {
            throw new InsufficientMemoryException(
                $"{spaceBytes} bytes of address space cannot be reserved for a memory");
        }

        MappedMemory memory = new(owner, space, spaceBytes, capacityBytes);
        try
        {
            memory.GrowTo(minimumBytes);
            return memory;
        }
        catch
        {
            memory.Unmap();
            throw;
        }
    }

    private static MappedMemory Of(nint environment) => (MappedMemory)GCHandle.FromIntPtr(environment).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* Get(nint environment, nuint* sizeBytes, nuint* capacityBytes)
    {
        MappedMemory memory = Of(environment);
        *sizeBytes = memory._sizeBytes;
        *capacityBytes = memory._capacityBytes;
        return memory.Base;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Grow(nint environment, nuint newSizeBytes)
    {
        try
        {
            MappedMemory memory = Of(environment);
            if (newSizeBytes > memory._capacityBytes)
            {
                return WasmtimeErrors.Make("the memory cannot grow that far");
            }

            memory.GrowTo(newSizeBytes);
            return 0;
        }
        catch (Exception e)
        {
            return WasmtimeErrors.Make(e.Message);
        }
    }

    // Backends let go of the memory before: the guest releases it when it is disposed.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(nint environment)
    {
        GCHandle handle = GCHandle.FromIntPtr(environment);
        MappedMemory memory = (MappedMemory)handle.Target!;
        handle.Free();
        memory._owner?.Remove(memory);
        memory.Unmap();
    }

    private void GrowTo(nuint sizeBytes)
    {
        if (sizeBytes <= _sizeBytes)
        {
            return;
        }

        nuint addedBytes = sizeBytes - _sizeBytes;
        _owner?.Reserve(addedBytes);
        if (LinuxApi.mprotect((nint)(Base + _sizeBytes), addedBytes, LinuxApi.ProtectReadWrite) != 0)
        {
            _owner?.Release(addedBytes);
            throw new InsufficientMemoryException($"the machine has no {addedBytes} bytes for a guest's memory");
        }

        _sizeBytes = sizeBytes;
    }

    private void Unmap() => _ = LinuxApi.munmap(_space, _spaceBytes);
}
