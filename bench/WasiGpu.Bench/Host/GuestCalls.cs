using WasiGpu.Wasmtime;

namespace WasiGpu.Bench.Host;

/// <summary>Calls of exports that must not fail.</summary>
internal static class GuestCalls
{
    /// <summary>Calls an export with integers.</summary>
    /// <exception cref="BenchFailureException">The guest trapped: a call of <c>wasi:gpu</c> failed.</exception>
    internal static void Call(this Guest guest, string export, params ReadOnlySpan<WasmValue> arguments)
    {
        GuestResult result = guest.Invoke(export, arguments);
        if (result.Trap is { } trap)
        {
            throw new BenchFailureException($"the benchmark's guest, in '{export}': {trap.Message}");
        }
    }

    /// <summary>A number as the exports of a guest take it: components have types of their own.</summary>
    internal static WasmValue Number(this GuestModule module, int value)
    {
        return module.Description.Component is null ? value : (uint)value;
    }
}
