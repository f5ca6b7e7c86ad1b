using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// The primary context of one device, and whether it has failed for good. Thread-safe. Once it is lost no driver
/// call is made in it any more: the driver would answer each with the same error, and what was allocated in it goes
/// with it.
/// </summary>
internal sealed unsafe class CudaContext
{
    private readonly nint _handle;
    private readonly int _device;
    private volatile string? _lossText;

    private CudaContext(nint handle, int device)
    {
        _handle = handle;
        _device = device;
    }

    /// <summary>Whether an error was seen after which nothing works in the context.</summary>
    internal bool IsLost => _lossText is not null;

    /// <summary>Takes a reference to the device's primary context, and makes sure that it works.</summary>
    /// <param name="device">The driver's handle of the device.</param>
    /// <param name="id">What messages call the device.</param>
    /// <exception cref="GpuUnavailableException">It cannot be had; the message names the call and its error.</exception>
    internal static CudaContext Open(int device, string id)
    {
        CuResult status = TryRetain(device, out nint handle, out string call);
        if (CudaErrors.IsFatal(status))
        {
            // What is left of a context that a kernel's fault destroyed: often a fresh one can be had.
            _ = CudaDriver.cuDevicePrimaryCtxReset_v2(device);
            status = TryRetain(device, out handle, out call);
        }

        string advice = CudaErrors.IsFatal(status) ? ": start the process anew" : "";
        return status == CuResult.Success
            ? new CudaContext(handle, device)
            : throw new GpuUnavailableException(
                $"device '{id}' cannot be opened: {CudaErrors.Describe(call, status)}{advice}");
    }

    /// <summary>Makes the context current on the calling thread: a few tens of nanoseconds.</summary>
    /// <exception cref="GpuException">The device is lost.</exception>
    internal void MakeCurrent()
    {
        if (_lossText is not null)
        {
            ThrowLost();
        }

        Ok(CudaDriver.cuCtxSetCurrent(_handle));
    }

    /// <summary>Makes the context current where calls may still be made in it; never throws.</summary>
    internal bool TryMakeCurrent()
    {
        return _lossText is null && !Note(CudaDriver.cuCtxSetCurrent(_handle), nameof(CudaDriver.cuCtxSetCurrent));
    }

    /// <summary>Does nothing for a success; else throws what the guest gets, and notes a loss.</summary>
    /// <param name="status">What a driver call returned.</param>
    /// <param name="call">The call, filled in by the compiler.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Ok(CuResult status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != CuResult.Success)
        {
            Throw(status, call);
        }
    }

    /// <summary>Whether a call failed; notes a loss, and never throws.</summary>
    internal bool Note(CuResult status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (CudaErrors.IsFatal(status))
        {
            Lose(CudaErrors.Describe(call, status));
        }

        return status != CuResult.Success;
    }

    /// <summary>Marks the context as lost.</summary>
    internal void Lose(string text) => Interlocked.CompareExchange(ref _lossText, text, null);

    /// <summary>What a guest is told after the loss.</summary>
    internal GpuError DescribeLoss() => GpuError.DeviceUnavailable(_lossText ?? "the device was lost");

    /// <summary>What a guest is told of a failed call.</summary>
    internal GpuError ToError(CuResult status, string call)
    {
        _ = Note(status, call);
        string text = CudaErrors.Describe(call, status);
        return CudaErrors.IsFatal(status) ? GpuError.DeviceUnavailable(text)
            : status == CuResult.OutOfMemory ? GpuError.OutOfMemory(text)
            : GpuError.KernelError(text);
    }

    /// <summary>Gives the reference to the context back.</summary>
    internal void Release() => _ = CudaDriver.cuDevicePrimaryCtxRelease_v2(_device);

    /// <summary>Takes a reference to the context and makes a call in it; keeps none where one of the two fails.</summary>
    private static CuResult TryRetain(int device, out nint handle, out string call)
    {
        nint context = 0;
        call = nameof(CudaDriver.cuDevicePrimaryCtxRetain);
        CuResult status = CudaDriver.cuDevicePrimaryCtxRetain(&context, device);
        handle = context;
        if (status != CuResult.Success)
        {
            return status;
        }

        call = nameof(CudaDriver.cuCtxSetCurrent);
        status = CudaDriver.cuCtxSetCurrent(context);
        if (status == CuResult.Success)
        {
            nuint free;
            nuint total;
            call = nameof(CudaDriver.cuMemGetInfo_v2);
            status = CudaDriver.cuMemGetInfo_v2(&free, &total);
        }

        if (status != CuResult.Success)
        {
            _ = CudaDriver.cuDevicePrimaryCtxRelease_v2(device);
        }

        return status;
    }

    [DoesNotReturn]
    [StackTraceHidden]
    private void Throw(CuResult status, string call) => throw new GpuException(ToError(status, call));

    [DoesNotReturn]
    [StackTraceHidden]
    private void ThrowLost() => throw new GpuException(DescribeLoss());
}
