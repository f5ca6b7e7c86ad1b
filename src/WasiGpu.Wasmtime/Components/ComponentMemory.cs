using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// One memory of a component, made by the host for the engine: address space for all it may grow to, of which the
/// first bytes can be used. Thus the host knows base and size of every memory of a guest without asking the engine,
/// and can hold their sum to a limit.
/// </summary>
internal sealed unsafe class ComponentMemory : GuestMemory
{
    private readonly ComponentMemories _owner;
    private readonly nuint _spaceBytes;
    private readonly nuint _capacityBytes;
    private nuint _sizeBytes;

    private ComponentMemory(ComponentMemories owner, nint address, nuint spaceBytes, nuint capacityBytes)
        : base(address)
    {
        _owner = owner;
        _spaceBytes = spaceBytes;
        _capacityBytes = capacityBytes;
    }

    /// <summary>The size now.</summary>
    internal nuint CurrentBytes => _sizeBytes;

    /// <inheritdoc/>
    internal override ulong SizeBytes(nint context) => _sizeBytes;

    /// <summary>The engine's request for a memory; the guest on this thread is the one it is for.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint Create(
        nint environment,
        nint type,
        nuint minimumBytes,
        nuint maximumBytes,
        nuint reservedBytes,
        nuint guardBytes,
        LinearMemory* result)
    {
        try
        {
            ComponentMemory memory = Create(Guest.Current.Memories, minimumBytes, reservedBytes, guardBytes);
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

    private static ComponentMemory Create(
        ComponentMemories owner,
        nuint minimumBytes,
        nuint reservedBytes,
        nuint guardBytes)
    {
        owner.Reserve(minimumBytes);
        nuint capacity = Math.Max(reservedBytes, minimumBytes);
        nuint space = checked(capacity + guardBytes);
        nint address = space == 0
            ? 0
            : LinuxApi.mmap(0, space, LinuxApi.ProtectNone, LinuxApi.PrivateAnonymousNoReserve, -1, 0);
        if (address == -1)
        {
            owner.Release(minimumBytes);
            throw new InsufficientMemoryException($"{space} bytes of address space cannot be reserved for a memory");
        }

        ComponentMemory memory = new(owner, address, space, capacity);
        try
        {
            memory.MakeUsable(minimumBytes);
        }
        catch
        {
            owner.Release(minimumBytes);
            _ = LinuxApi.munmap(address, space);
            throw;
        }

        owner.Add(memory);
        return memory;
    }

    private static ComponentMemory Of(nint environment) => (ComponentMemory)GCHandle.FromIntPtr(environment).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* Get(nint environment, nuint* sizeBytes, nuint* capacityBytes)
    {
        ComponentMemory memory = Of(environment);
        *sizeBytes = memory._sizeBytes;
        *capacityBytes = memory._capacityBytes;
        return memory.Base;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Grow(nint environment, nuint newSizeBytes)
    {
        try
        {
            ComponentMemory memory = Of(environment);
            if (newSizeBytes > memory._capacityBytes)
            {
                return WasmtimeErrors.Make("the memory cannot grow that far");
            }

            if (newSizeBytes <= memory._sizeBytes)
            {
                return 0;
            }

            nuint added = newSizeBytes - memory._sizeBytes;
            memory._owner.Reserve(added);
            try
            {
                memory.MakeUsable(newSizeBytes);
                return 0;
            }
            catch
            {
                memory._owner.Release(added);
                throw;
            }
        }
        catch (Exception e)
        {
            return WasmtimeErrors.Make(e.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(nint environment)
    {
        GCHandle handle = GCHandle.FromIntPtr(environment);
        ComponentMemory memory = (ComponentMemory)handle.Target!;
        handle.Free();
        memory._owner.Remove(memory);

        // The backends were told before, when the guest was disposed.
        _ = memory._spaceBytes == 0 ? 0 : LinuxApi.munmap((nint)memory.Base, memory._spaceBytes);
    }

    private void MakeUsable(nuint sizeBytes)
    {
        if (sizeBytes > _sizeBytes
            && LinuxApi.mprotect(
                (nint)Base + (nint)_sizeBytes,
                sizeBytes - _sizeBytes,
                LinuxApi.ProtectReadWrite) != 0)
        {
            throw new InsufficientMemoryException($"the machine has no {sizeBytes - _sizeBytes} bytes for a guest's memory");
        }

        _sizeBytes = sizeBytes;
    }
}
