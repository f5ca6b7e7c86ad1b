using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>A compiled component and what serves its imports.</summary>
internal sealed class ComponentCode(
    ComponentEngine engine,
    WasmtimeHandle component,
    WasmtimeHandle linker,
    IReadOnlyDictionary<string, ComponentFunction> functions) : IDisposable
{
    internal WasmtimeHandle Engine => engine.Handle;

    internal EpochTicker Ticker => engine.Ticker;

    /// <summary>How its guests wait.</summary>
    internal ComponentWaits Waits => engine.Waits;

    /// <summary>The component.</summary>
    internal WasmtimeHandle Component => component;

    /// <summary>What serves it.</summary>
    internal WasmtimeHandle Linker => linker;

    /// <summary>
    /// Its exported functions by the name they are called by: the function's own, or <c>interface#function</c>.
    /// </summary>
    internal IReadOnlyDictionary<string, ComponentFunction> Functions => functions;

    /// <inheritdoc/>
    public void Dispose()
    {
        linker.Dispose();
        component.Dispose();
    }
}
