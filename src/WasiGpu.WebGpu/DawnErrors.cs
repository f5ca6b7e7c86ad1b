using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// The errors that Dawn reports inside the failing call, on the calling thread: the first since it was last asked. An
/// object made by a failed call is not null, so that this alone tells.
/// </summary>
internal static unsafe class DawnErrors
{
    [ThreadStatic]
    private static GpuError? _first;

    /// <summary>What Dawn calls.</summary>
    internal static void* Callback =>
        (delegate* unmanaged[Cdecl]<nint*, uint, Dawn.StringView, nint, nint, void>)&OnError;

    /// <summary>Returns the first error of this thread's calls, and forgets it.</summary>
    internal static GpuError? Take()
    {
        GpuError? error = _first;
        _first = null;
        return error;
    }

    /// <summary>Throws the first error of this thread's calls.</summary>
    internal static void ThrowIfAny()
    {
        if (Take() is { } error)
        {
            throw new GpuException(error);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnError(nint* device, uint type, Dawn.StringView message, nint data1, nint data2)
    {
        try
        {
            string text = DawnText.OneLine(DawnText.Read(message));
            _first ??= type == Dawn.ErrorOutOfMemory
                ? GpuError.OutOfMemory(text)
                : GpuError.KernelError(text);
        }
        catch (Exception)
        {
            // Nothing may leave a callback.
            _first ??= GpuError.KernelError("Dawn reported an error whose text could not be read");
        }
    }
}
