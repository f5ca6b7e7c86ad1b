using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The addresses that native code calls: one static method a function, in the order of
/// <see cref="GpuInterfaces.Functions"/>. Static, because a delegate's thunk costs twice as much a call.
/// </summary>
internal static unsafe class GpuEntryPoints
{
    /// <summary>The address of function number <paramref name="function"/>.</summary>
    internal static delegate* unmanaged[Cdecl]<nint, nint, RawValue*, nuint, nint> Get(int function)
    {
        return function switch
        {
            0 => &GetDeviceInfo,
            1 => &BufferCreate,
            2 => &BufferWrite,
            3 => &BufferRead,
            4 => &BufferCopy,
            5 => &BufferDestroy,
            6 => &Sync,
            7 => &BootstrapSample,
            8 => &FindSplit,
            9 => &Average,
            10 => &MatMul,
            11 => &Elementwise,
            12 => &Reduce,
            13 => &BatchPredict,
            _ => throw new ArgumentOutOfRangeException(nameof(function)),
        };
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint GetDeviceInfo(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 0, &GpuHandlers.GetDeviceInfo);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint BufferCreate(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 1, &GpuHandlers.BufferCreate);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint BufferWrite(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 2, &GpuHandlers.BufferWrite);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint BufferRead(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 3, &GpuHandlers.BufferRead);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint BufferCopy(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 4, &GpuHandlers.BufferCopy);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint BufferDestroy(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 5, &GpuHandlers.BufferDestroy);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Sync(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 6, &GpuHandlers.Sync);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint BootstrapSample(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 7, &GpuHandlers.BootstrapSample);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint FindSplit(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 8, &GpuHandlers.FindSplit);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Average(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 9, &GpuHandlers.Average);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint MatMul(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 10, &GpuHandlers.MatMul);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Elementwise(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 11, &GpuHandlers.Elementwise);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Reduce(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 12, &GpuHandlers.Reduce);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint BatchPredict(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.Run(caller, slots, 13, &GpuHandlers.BatchPredict);
    }
}
