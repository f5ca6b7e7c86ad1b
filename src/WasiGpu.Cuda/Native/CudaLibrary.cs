using System.Reflection;
using System.Runtime.InteropServices;

namespace WasiGpu.Cuda.Native;

/// <summary>
/// Finds the native libraries when they are first needed: the driver by the name under which every driver installs
/// it, cuBLAS by the names of the versions that have the calls used here, or where <c>WASI_GPU_CUBLAS</c> says.
/// </summary>
internal static class CudaLibrary
{
    private const string DriverName = "libcuda.so.1";

    private static readonly string[] CublasNames = ["libcublas.so.13", "libcublas.so.12"];
    private static readonly Lazy<(nint Handle, string? Name)> Cublas = new(FindCublas);

    static CudaLibrary()
    {
        NativeLibrary.SetDllImportResolver(typeof(CudaLibrary).Assembly, Resolve);
    }

    /// <summary>A library in the driver's place. Set by tests, before anything else of the backend is used.</summary>
    internal static string? DriverForTests { get; set; }

    /// <summary>The file or name by which cuBLAS was loaded; null when there is none or it is not wanted.</summary>
    internal static string? CublasName => Cublas.Value.Name;

    /// <summary>Whether the driver can be loaded and has a function.</summary>
    /// <param name="newestFunction">The function that came last of those used.</param>
    /// <param name="reason">Why not.</param>
    internal static bool TryLoadDriver(string newestFunction, out string? reason)
    {
        if (!TryLoad(DriverForTests ?? DriverName, out nint handle))
        {
            reason = $"{DriverName} not found: install the NVIDIA driver";
            return false;
        }

        bool isComplete = NativeLibrary.TryGetExport(handle, newestFunction, out _);
        reason = isComplete ? null : $"the NVIDIA driver has no {newestFunction}: it is too old, install a newer one";
        return isComplete;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        return name switch
        {
            CudaDriver.Library => NativeLibrary.Load(DriverForTests ?? DriverName),
            Native.Cublas.Library when Cublas.Value.Handle != 0 => Cublas.Value.Handle,
            _ => 0,
        };
    }

    private static (nint Handle, string? Name) FindCublas()
    {
        string? wanted = Environment.GetEnvironmentVariable("WASI_GPU_CUBLAS");
        if (wanted == CudaSettings.CublasOff)
        {
            return (0, null);
        }

        foreach (string name in string.IsNullOrEmpty(wanted) ? CublasNames : [wanted])
        {
            if (TryLoad(name, out nint handle))
            {
                if (NativeLibrary.TryGetExport(handle, Native.Cublas.NewestFunction, out _))
                {
                    return (handle, name);
                }

                NativeLibrary.Free(handle);
            }
        }

        return (0, null);
    }

    private static bool TryLoad(string name, out nint handle)
    {
        try
        {
            return NativeLibrary.TryLoad(name, out handle);
        }
        catch (BadImageFormatException)
        {
            handle = 0;
            return false;
        }
    }
}
