namespace WasiGpu.Wasmtime;

/// <summary>How a nested component is instantiated, over all places.</summary>
[Flags]
internal enum NestedUse
{
    /// <summary>Without <c>wasi:gpu</c>, or not at all.</summary>
    None = 0,

    /// <summary>With the <c>wasi:gpu</c> that the outer component imports.</summary>
    HostGpu = 1,

    /// <summary>With a <c>wasi:gpu</c> that another component provides.</summary>
    OtherGpu = 2,
}
