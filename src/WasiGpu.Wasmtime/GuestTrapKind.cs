namespace WasiGpu.Wasmtime;

/// <summary>Whose doing the end of a guest was.</summary>
public enum GuestTrapKind
{
    /// <summary>The guest's: a WebAssembly trap, or a broken rule of the border (a pointer outside its memory).</summary>
    Trap,

    /// <summary>Its time limit passed.</summary>
    Deadline,

    /// <summary>The embedder cancelled.</summary>
    Cancelled,

    /// <summary>A fault of the host itself.</summary>
    Host,
}
