using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The linear memory of a core module, made by the host for the engine: address space for all it may grow to, of which
/// the first bytes can be used. Its base never moves and its pages are nobody else's, so that a backend may register
/// them with a driver; they are large where the system has large pages, which makes that several times cheaper.
/// </summary>
internal sealed unsafe class CoreLinearMemory
{
    private const nuint HugePageBytes = 2 << 20;

    private readonly nint _space;
    private readonly nuint _spaceBytes;
    private readonly byte* _base;
    private readonly nuint _capacityBytes;
    private nuint _sizeBytes;

    private CoreLinearMemory(nuint minimumBytes, nuint reservedBytes, nuint guardBytes)
    {
        _capacityBytes = Math.Max(reservedBytes, minimumBytes);
        _spaceBytes = checked(_capacityBytes + guardBytes + HugePageBytes);
        _space = LinuxApi.mmap(
            0, _spaceBytes, LinuxApi.ProtectNone, LinuxApi.PrivateAnonymousNoReserve, -1, 0);
        if (_space == -1)
        {
            throw new InvalidOperationException($"{_spaceBytes} bytes of address space cannot be reserved for a memory");
        }

        _base = (byte*)(((nuint)_space + HugePageBytes - 1) & ~(HugePageBytes - 1));

        // Advice: a system without large pages refuses it, and nothing is lost.
        _ = LinuxApi.madvise((nint)_base, _capacityBytes, LinuxApi.AdviseHugePages);
        try
        {
            MakeUsable(minimumBytes);
        }
        catch
        {
            _ = LinuxApi.munmap(_space, _spaceBytes);
            throw;
        }
    }

    /// <summary>The engine's request for a memory.</summary>
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
            CoreLinearMemory memory = new(minimumBytes, reservedBytes, guardBytes);
            result->Environment = GCHandle.ToIntPtr(GCHandle.Alloc(memory));
            result->Get = &Get;
            result->Grow = &Grow;
            result->Finalizer = &Free;
            return 0;
        }
        catch (Exception e)
        {
            return MakeError(e.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* Get(nint environment, nuint* sizeBytes, nuint* capacityBytes)
    {
        CoreLinearMemory memory = Of(environment);
        *sizeBytes = memory._sizeBytes;
        *capacityBytes = memory._capacityBytes;
        return memory._base;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Grow(nint environment, nuint newSizeBytes)
    {
        try
        {
            CoreLinearMemory memory = Of(environment);
            if (newSizeBytes > memory._capacityBytes)
            {
                return MakeError("the memory cannot grow that far");
            }

            memory.MakeUsable(newSizeBytes);
            return 0;
        }
        catch (Exception e)
        {
            return MakeError(e.Message);
        }
    }

    // Backends let go of the memory before: the guest releases it when it is disposed.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(nint environment)
    {
        GCHandle handle = GCHandle.FromIntPtr(environment);
        CoreLinearMemory memory = (CoreLinearMemory)handle.Target!;
        handle.Free();
        _ = LinuxApi.munmap(memory._space, memory._spaceBytes);
    }

    private static CoreLinearMemory Of(nint environment) =>
        (CoreLinearMemory)GCHandle.FromIntPtr(environment).Target!;

    private static nint MakeError(string message)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(message + '\0'))
        {
            return WasmtimeApi.wasmtime_error_new(text);
        }
    }

    private void MakeUsable(nuint sizeBytes)
    {
        if (sizeBytes <= _sizeBytes)
        {
            return;
        }

        nuint addedBytes = sizeBytes - _sizeBytes;
        if (LinuxApi.mprotect((nint)(_base + _sizeBytes), addedBytes, LinuxApi.ProtectReadWrite) != 0)
        {
            throw new InvalidOperationException($"the machine has no {addedBytes} bytes for a guest's memory");
        }

        _sizeBytes = sizeBytes;
    }
}
