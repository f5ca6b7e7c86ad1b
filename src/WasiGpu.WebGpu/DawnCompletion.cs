using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// The answer to one asynchronous call. It is kept alive until Dawn has called back, which can be after its waiter gave
/// up.
/// </summary>
internal sealed unsafe class DawnCompletion
{
    private volatile bool _isDone;

    /// <summary>Whether the answer is there.</summary>
    internal bool IsDone => _isDone;

    /// <summary>Dawn's status, 1 for success.</summary>
    internal uint Status { get; private set; }

    /// <summary>The object asked for; the waiter owns it.</summary>
    internal nint Result { get; private set; }

    /// <summary>Dawn's message; empty when there is none.</summary>
    internal string Message { get; private set; } = string.Empty;

    /// <summary>The callback for calls that answer with a status and a message: maps, and the end of submitted work.</summary>
    internal Dawn.CallbackInfo ForStatus()
    {
        return Register((delegate* unmanaged[Cdecl]<uint, Dawn.StringView, nint, nint, void>)&OnStatus);
    }

    /// <summary>The callback for calls that answer with an object.</summary>
    internal Dawn.CallbackInfo ForObject()
    {
        return Register((delegate* unmanaged[Cdecl]<uint, nint, Dawn.StringView, nint, nint, void>)&OnObject);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnStatus(uint status, Dawn.StringView message, nint data1, nint data2)
    {
        Finish(data1, status, 0, message);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnObject(uint status, nint result, Dawn.StringView message, nint data1, nint data2)
    {
        Finish(data1, status, result, message);
    }

    private static void Finish(nint data, uint status, nint result, Dawn.StringView message)
    {
        try
        {
            GCHandle handle = GCHandle.FromIntPtr(data);
            DawnCompletion completion = (DawnCompletion)handle.Target!;
            handle.Free();
            completion.Status = status;
            completion.Result = result;
            completion.Message = status == Dawn.StatusSuccess
                ? string.Empty
                : DawnText.OneLine(DawnText.Read(message));
            completion._isDone = true;
        }
        catch (Exception)
        {
            // Nothing may leave a callback; the waiter gives up by its own limit.
        }
    }

    private Dawn.CallbackInfo Register(void* callback)
    {
        return new Dawn.CallbackInfo
        {
            Mode = Dawn.CallbackWaitAnyOnly,
            Callback = callback,
            UserData1 = GCHandle.ToIntPtr(GCHandle.Alloc(this)),
        };
    }
}
