using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>The exported memory of a core module.</summary>
internal sealed unsafe class CoreMemory(nint context, WasmtimeMemory memory)
    : GuestMemory((nint)WasmtimeApi.wasmtime_memory_data(context, &memory))
{
    private readonly WasmtimeMemory _memory = memory;

    /// <inheritdoc/>
    internal override ulong SizeBytes(nint context)
    {
        WasmtimeMemory memory = _memory;
        return WasmtimeApi.wasmtime_memory_data_size(context, &memory);
    }
}
