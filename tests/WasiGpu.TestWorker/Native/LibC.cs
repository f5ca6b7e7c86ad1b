using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.TestWorker.Native;

/// <summary>Functions of the C library that a broken driver might call.</summary>
internal static partial class LibC
{
    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nuint strlen(nint text);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void abort();

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void _exit(int status);
}
