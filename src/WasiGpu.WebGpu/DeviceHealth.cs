using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>Whether a device still works. Dawn goes on answering on a lost one, so that a flag must be kept.</summary>
internal sealed unsafe class DeviceHealth
{
    private volatile string? _loss;

    /// <summary>What happened to the device; null while it works.</summary>
    internal string? Loss => _loss;

    /// <summary>The callback to make a device with; it is called once, at the latest when the device is released.</summary>
    internal Dawn.CallbackInfo ForDeviceLost()
    {
        return new Dawn.CallbackInfo
        {
            Mode = Dawn.CallbackSpontaneous,
            Callback = (delegate* unmanaged[Cdecl]<nint*, uint, Dawn.StringView, nint, nint, void>)&OnLost,
            UserData1 = GCHandle.ToIntPtr(GCHandle.Alloc(this)),
        };
    }

    /// <summary>Declares the device lost; the first reason is kept.</summary>
    internal void MarkLost(string reason) => Interlocked.CompareExchange(ref _loss, reason, null);

    /// <summary>Throws when the device is lost.</summary>
    /// <exception cref="GpuException"><see cref="GpuErrorKind.DeviceUnavailable"/>.</exception>
    internal void ThrowIfLost()
    {
        if (_loss is { } reason)
        {
            throw new GpuException(GpuError.DeviceUnavailable(reason));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLost(nint* device, uint reason, Dawn.StringView message, nint data1, nint data2)
    {
        try
        {
            GCHandle handle = GCHandle.FromIntPtr(data1);
            DeviceHealth health = (DeviceHealth)handle.Target!;
            handle.Free();
            health.MarkLost($"the device is lost: {DawnText.OneLine(DawnText.Read(message))}");
        }
        catch (Exception)
        {
            // Nothing may leave a callback.
        }
    }
}
