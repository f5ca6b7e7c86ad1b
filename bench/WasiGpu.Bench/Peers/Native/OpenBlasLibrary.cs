using System.Runtime.InteropServices;

namespace WasiGpu.Bench.Peers.Native;

/// <summary>The functions of OpenBLAS that are used, and the one of the C library that sets it up.</summary>
internal static unsafe class OpenBlasLibrary
{
    private const string FileName = "libopenblas.so.0";
    private const string CLibrary = "libc.so.6";
    private const int RowMajor = 101;
    private const int NoTrans = 111;

    private static delegate* unmanaged[Cdecl]<
        int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;

    private static delegate* unmanaged[Cdecl]<int, void> _setThreads;
    private static delegate* unmanaged[Cdecl]<byte*> _coreName;
    private static delegate* unmanaged[Cdecl]<byte*> _config;

    /// <summary>Loads the library; false where it is not installed.</summary>
    /// <param name="variables">Variables of the environment, which the library reads as it is loaded.</param>
    internal static bool TryLoad(IEnumerable<KeyValuePair<string, string>> variables)
    {
        if (NativeLibrary.TryLoad(CLibrary, out nint c))
        {
            // The runtime's own variables are a copy, which native libraries do not see.
            delegate* unmanaged[Cdecl]<byte*, byte*, int, int> setenv =
                (delegate* unmanaged[Cdecl]<byte*, byte*, int, int>)NativeLibrary.GetExport(c, "setenv");
            foreach ((string variable, string text) in variables)
            {
                const int Overwrite = 1;
                byte* name = (byte*)Marshal.StringToCoTaskMemUTF8(variable);
                byte* value = (byte*)Marshal.StringToCoTaskMemUTF8(text);
                setenv(name, value, Overwrite);
                Marshal.FreeCoTaskMem((nint)name);
                Marshal.FreeCoTaskMem((nint)value);
            }
        }

        if (!NativeLibrary.TryLoad(FileName, out nint library))
        {
            return false;
        }

        _sgemm = (delegate* unmanaged[Cdecl]<
            int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
            NativeLibrary.GetExport(library, "cblas_sgemm");
        _setThreads = (delegate* unmanaged[Cdecl]<int, void>)
            NativeLibrary.GetExport(library, "openblas_set_num_threads");
        _coreName = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(library, "openblas_get_corename");
        _config = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(library, "openblas_get_config");
        return true;
    }

    /// <summary>The name of the kernels in use.</summary>
    internal static string CoreName() => Marshal.PtrToStringUTF8((nint)_coreName()) ?? "";

    /// <summary>The version and how it was built.</summary>
    internal static string Config() => Marshal.PtrToStringUTF8((nint)_config()) ?? "";

    internal static void SetThreads(int threads) => _setThreads(threads);

    /// <summary>The product of square, row-major matrices.</summary>
    internal static void Multiply(int n, float* a, float* b, float* c)
    {
        _sgemm(RowMajor, NoTrans, NoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
    }
}
