using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary>The C library's functions for processes and descriptors. No logic.</summary>
internal static unsafe partial class LinuxProcess
{
    internal const int UnixSockets = 1;
    internal const int StreamSocketCloseOnExec = 1 | 0x80000;
    internal const uint MemoryFileCloseOnExec = 1;
    internal const int DuplicateCloseOnExec = 1030;
    internal const int SetParentDeathSignal = 1;
    internal const int DoNotWait = 1;
    internal const int SignalKill = 9;
    internal const int SignalPipe = 13;
    internal const int ErrorInterrupted = 4;
    internal const short PollIn = 1;

    internal const short SpawnSetSignalDefaults = 4;
    internal const short SpawnSetSignalMask = 8;

    // More than posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t take in any C library.
    internal const int FileActionsBytes = 256;
    internal const int AttributesBytes = 1024;
    internal const int SignalSetBytes = 128;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawn(
        int* process, string path, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawn_file_actions_init(byte* fileActions);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawn_file_actions_destroy(byte* fileActions);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawn_file_actions_adddup2(byte* fileActions, int descriptor, int newDescriptor);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawn_file_actions_addclosefrom_np(byte* fileActions, int firstDescriptor);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int waitpid(int process, int* status, int options);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int poll(PollDescriptor* descriptors, nuint count, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint read(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint write(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int socketpair(int domain, int type, int protocol, int* descriptors);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int prctl(int option, nint argument2, nint argument3, nint argument4, nint argument5);

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int getppid();

    [LibraryImport("libc")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void _exit(int status);
}
