using System.Runtime.InteropServices;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>What the driver's error codes mean.</summary>
internal static unsafe class CudaErrors
{
    /// <summary>Whether every later call in the context fails too.</summary>
    internal static bool IsFatal(CuResult status)
    {
        return status is CuResult.Deinitialized
            or CuResult.DeviceUnavailable
            or CuResult.EccUncorrectable
            or CuResult.NvlinkUncorrectable
            or CuResult.ContainedError
            or (>= CuResult.IllegalAddress and <= CuResult.LaunchTimeout and not CuResult.LaunchOutOfResources)
            or CuResult.ContextIsDestroyed
            or CuResult.Assert
            or (>= CuResult.HardwareStackError and <= CuResult.LaunchFailed)
            or CuResult.ExternalDevice
            or CuResult.Unknown;
    }

    /// <summary>Names the call, the code and its text.</summary>
    /// <param name="call">The call: a name, or an expression that begins with the class and the name.</param>
    /// <param name="status">What it returned.</param>
    internal static string Describe(string call, CuResult status)
    {
        byte* name = null;
        byte* text = null;
        _ = CudaDriver.cuGetErrorName(status, &name);
        _ = CudaDriver.cuGetErrorString(status, &text);
        string code = name is null ? "error" : Marshal.PtrToStringUTF8((nint)name)!;
        string meaning = text is null ? "" : $": {Marshal.PtrToStringUTF8((nint)text)}";
        return $"{NameOf(call)} returned {code} ({(int)status}){meaning}";
    }

    private static string NameOf(string call)
    {
        int end = call.IndexOf('(', StringComparison.Ordinal);
        string name = end < 0 ? call : call[..end];
        return name[(name.LastIndexOf('.') + 1)..];
    }
}
