using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary>The C API of libwasmtime: components, their linkers, types and values.</summary>
internal static unsafe partial class WasmtimeApi
{
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_config_wasm_component_model_set(nint config, byte enable);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_new(
        nint engine,
        byte* bytes,
        nuint length,
        nint* component);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_delete(nint component);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_serialize(nint component, ByteVec* bytes);

    /// <summary>Trusts the file: it is machine code.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_deserialize_file(
        nint engine,
        byte* path,
        nint* component);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_linker_new(nint engine);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_linker_delete(nint linker);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_linker_add_wasip2(nint linker);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_linker_allow_shadowing(nint linker, byte allow);

    /// <summary>Borrows the linker until it is deleted.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_linker_root(nint linker);

    /// <summary>Borrows its parent until it is deleted.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_linker_instance_add_instance(
        nint parent,
        byte* name,
        nuint nameLength,
        nint* instance);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_linker_instance_add_func(
        nint instance,
        byte* name,
        nuint nameLength,
        delegate* unmanaged[Cdecl]<nint, nint, nint, ComponentVal*, nuint, ComponentVal*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_linker_instance_add_resource(
        nint instance,
        byte* name,
        nuint nameLength,
        nint resourceType,
        delegate* unmanaged[Cdecl]<nint, nint, uint, nint> destructor,
        nint data,
        nint finalizer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_linker_instance_delete(nint instance);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_linker_instantiate(
        nint linker,
        nint context,
        nint component,
        ComponentInstance* instance);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_instance_get_export_index(
        ComponentInstance* instance,
        nint context,
        nint parentIndex,
        byte* name,
        nuint nameLength);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_instance_get_func(
        ComponentInstance* instance,
        nint context,
        nint exportIndex,
        ComponentFunc* func);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_export_index_delete(nint exportIndex);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_func_call(
        ComponentFunc* func,
        nint context,
        ComponentVal* arguments,
        nuint argumentCount,
        ComponentVal* results,
        nuint resultCount);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_type(nint component);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_type_delete(nint type);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_type_import_nth(
        nint type,
        nint engine,
        nuint index,
        byte** name,
        nuint* nameLength,
        nint* item);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_type_export_nth(
        nint type,
        nint engine,
        nuint index,
        byte** name,
        nuint* nameLength,
        nint* item);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_instance_type_export_nth(
        nint type,
        nint engine,
        nuint index,
        byte** name,
        nuint* nameLength,
        nint* item);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_extern_type(nint item, ComponentItem* type);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_extern_delete(nint item);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_item_delete(ComponentItem* type);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nuint wasmtime_component_func_type_param_count(nint type);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_func_type_param_nth(
        nint type,
        nuint index,
        byte** name,
        nuint* nameLength,
        ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_func_type_result(nint type, ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_func_type_async(nint type);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_valtype_delete(ComponentValType* type);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_list_type_element(nint type, ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_record_type_field_nth(
        nint type,
        nuint index,
        byte** name,
        nuint* nameLength,
        ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_tuple_type_types_nth(
        nint type,
        nuint index,
        ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_variant_type_case_nth(
        nint type,
        nuint index,
        byte** name,
        nuint* nameLength,
        byte* hasPayload,
        ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_enum_type_names_nth(
        nint type,
        nuint index,
        byte** name,
        nuint* nameLength);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_flags_type_names_nth(
        nint type,
        nuint index,
        byte** name,
        nuint* nameLength);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_option_type_ty(nint type, ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_result_type_ok(nint type, ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_result_type_err(nint type, ComponentValType* result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_resource_type_new_host(uint number);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_resource_type_delete(nint type);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte wasmtime_component_resource_type_equal(nint one, nint other);

    /// <summary>Drops what is owned, or ends a loan; the structure stays.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wasmtime_component_resource_any_drop(nint context, nint resource);

    /// <summary>Moves a value to the library's heap; what is left is empty.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial ComponentVal* wasmtime_component_val_new(ComponentVal* source);

    /// <summary>Frees what a value holds, not the value itself.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_val_delete(ComponentVal* value);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_vallist_new_uninit(ComponentVec* vec, nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_valtuple_new_uninit(ComponentVec* vec, nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_valrecord_new_uninit(ComponentVec* vec, nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasmtime_component_valflags_new_uninit(ComponentVec* vec, nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wasm_byte_vec_new(ByteVec* vec, nuint size, byte* bytes);
}
