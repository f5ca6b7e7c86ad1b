using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary>
/// The C API of libwasmtime 50.0.1, engines, modules, linkers and instances: one method per C function, in the C
/// names, no logic. A C <c>bool</c> is a byte; errors and traps are owned pointers, 0 for success.
/// </summary>
internal static unsafe partial class WasmtimeApi
{
    internal const string Library = "wasmtime";

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasm_config_new();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_epoch_interruption_set(nint config, byte enable);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_memory_may_move_set(nint config, byte enable);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_memory_reservation_set(nint config, ulong sizeBytes);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_memory_init_cow_set(nint config, byte enable);

    /// <summary>The creator is copied.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_host_memory_creator_set(nint config, MemoryCreator* creator);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_wasm_multi_memory_set(nint config, byte enable);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_wasm_threads_set(nint config, byte enable);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_wasm_gc_set(nint config, byte enable);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_wasm_function_references_set(nint config, byte enable);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_wasm_memory64_set(nint config, byte enable);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_concurrency_support_set(nint config, byte enable);

    /// <summary>Takes ownership of <paramref name="config"/>; returns 0 when the configuration is impossible.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasm_engine_new_with_config(nint config);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasm_engine_delete(nint engine);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_engine_increment_epoch(nint engine);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_wat2wasm(byte* text, nuint length, ByteVec* binary);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_module_new(nint engine, byte* bytes, nuint length, nint* module);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_module_delete(nint module);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_linker_new(nint engine);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_linker_delete(nint linker);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_linker_define_wasi(nint linker);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_linker_allow_shadowing(nint linker, byte allow);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_linker_define_func_unchecked(
        nint linker,
        byte* module,
        nuint moduleLength,
        byte* name,
        nuint nameLength,
        nint funcType,
        delegate* unmanaged[Cdecl]<nint, nint, RawValue*, nuint, nint> callback,
        nint data,
        nint finalizer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_linker_instantiate_pre(nint linker, nint module, nint* instancePre);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_instance_pre_instantiate(
        nint instancePre,
        nint context,
        WasmtimeInstance* instance,
        nint* trap);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_instance_pre_delete(nint instancePre);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_instance_export_get(
        nint context,
        WasmtimeInstance* instance,
        byte* name,
        nuint nameLength,
        WasmtimeExtern* item);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasm_valtype_new(byte kind);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasm_valtype_vec_new(PointerVec* vec, nuint size, nint* types);

    /// <summary>Takes ownership of both vectors.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasm_functype_new(PointerVec* parameters, PointerVec* results);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasm_functype_delete(nint funcType);
}
