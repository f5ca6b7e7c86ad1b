using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary>The C library's functions for address space and for the owners of files. No logic.</summary>
internal static unsafe partial class LinuxApi
{
    internal const int ProtectNone = 0;
    internal const int ProtectReadWrite = 3;
    internal const int PrivateAnonymousNoReserve = 0x4022;
    internal const int AdviseHugePages = 14;

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int munmap(nint address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int madvise(nint address, nuint length, int advice);

    internal const int CurrentFolder = -100;
    internal const int SymbolicLinkItself = 0x100;
    internal const int DescriptorItself = 0x1000;
    internal const uint BasicStatus = 0x7FF;

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int statx(int folder, byte* path, int flags, uint mask, FileStatus* status);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial uint geteuid();
}
