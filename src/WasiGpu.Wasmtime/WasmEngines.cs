using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>Starts the engines: one for core modules, one for components, with the same limits.</summary>
internal static unsafe class WasmEngines
{
    private const ulong AddressSpaceBytes = 1UL << 32;

    /// <summary>Starts an engine.</summary>
    /// <param name="isForComponents">Whether it is for components, else for core modules.</param>
    /// <exception cref="GuestLoadException">This processor is none that the engine serves.</exception>
    internal static WasmtimeHandle Create(bool isForComponents)
    {
        nint config = WasmtimeApi.wasm_config_new();
        WasmtimeApi.wasmtime_config_epoch_interruption_set(config, 1);

        // The base of a guest's memory is cached and given to backends: it must never move.
        WasmtimeApi.wasmtime_config_memory_may_move_set(config, 0);
        WasmtimeApi.wasmtime_config_memory_reservation_set(config, AddressSpaceBytes);

        // The host makes the memories; the engine's own initialization by copy-on-write cannot go together with that.
        WasmtimeApi.wasmtime_config_memory_init_cow_set(config, 0);
        MemoryCreator creator = new()
        {
            NewMemory = isForComponents ? &MappedMemory.CreateForComponent : &MappedMemory.CreateForModule,
        };
        WasmtimeApi.wasmtime_config_host_memory_creator_set(config, &creator);

        // One 32-bit unshared memory a core module: the memory quota is then exact, and the ABI needs no more. The
        // engine's own adapters between two components work on two memories; there the sum of all is limited.
        byte components = isForComponents ? (byte)1 : (byte)0;
        WasmtimeApi.wasmtime_config_wasm_component_model_set(config, components);
        WasmtimeApi.wasmtime_config_wasm_multi_memory_set(config, components);
        WasmtimeApi.wasmtime_config_wasm_memory64_set(config, 0);
        WasmtimeApi.wasmtime_config_wasm_threads_set(config, 0);

        // Their types would need a larger reader of modules, and no guest toolchain emits them.
        WasmtimeApi.wasmtime_config_wasm_gc_set(config, 0);
        WasmtimeApi.wasmtime_config_wasm_function_references_set(config, 0);

        // Measured to make calls cheaper; nothing here is asynchronous.
        WasmtimeApi.wasmtime_config_concurrency_support_set(config, 0);
        nint engine = WasmtimeApi.wasm_engine_new_with_config(config);
        return engine == 0
            ? throw new GuestLoadException("the WebAssembly engine cannot be started on this processor")
            : new WasmtimeHandle(engine, &Delete);
    }

    private static void Delete(nint engine) => WasmtimeApi.wasm_engine_delete(engine);
}
