using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The guest's exported memory. Its base never moves (the engine reserves the whole 4 GiB and is told not to
/// move memories), so it is kept; its size changes, so it never is.
/// </summary>
internal sealed unsafe class GuestMemory(nint context, WasmtimeMemory memory)
{
    private readonly WasmtimeMemory _memory = memory;

    /// <summary>The address of byte 0.</summary>
    internal byte* Base { get; } = WasmtimeApi.wasmtime_memory_data(context, &memory);

    /// <summary>The memory as backends know it.</summary>
    internal HostMemory Host { get; } = new((nint)WasmtimeApi.wasmtime_memory_data(context, &memory));

    /// <summary>The size now.</summary>
    internal ulong SizeBytes(nint context)
    {
        WasmtimeMemory memory = _memory;
        return WasmtimeApi.wasmtime_memory_data_size(context, &memory);
    }
}
