using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary>The C API of libwasmtime: the configuration of WASI. Strings are NUL-terminated UTF-8.</summary>
internal static unsafe partial class WasmtimeApi
{
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasi_config_new();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasi_config_delete(nint config);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasi_config_set_argv(nint config, nuint count, nint* arguments);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasi_config_set_env(nint config, nuint count, nint* names, nint* values);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasi_config_set_stdin_file(nint config, nint path);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasi_config_inherit_stdin(nint config);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasi_config_inherit_stdout(nint config);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasi_config_inherit_stderr(nint config);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasi_config_set_stdout_custom(
        nint config,
        delegate* unmanaged[Cdecl]<nint, byte*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasi_config_set_stderr_custom(
        nint config,
        delegate* unmanaged[Cdecl]<nint, byte*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasi_config_preopen_dir(nint config, nint hostPath, nint guestPath, byte isWritable);
}
