namespace WasiGpu.Fuzzing;

/// <summary>How a call must end.</summary>
internal enum Expectation
{
    /// <summary>A trap that ends the call: a pointer or an enum value breaks the rules of the border.</summary>
    Trap,

    /// <summary>Success.</summary>
    Ok,

    /// <summary>An unknown id.</summary>
    InvalidBuffer,

    /// <summary>A wrong parameter or range.</summary>
    InvalidParams,

    /// <summary>The quota of bytes or of buffers.</summary>
    OutOfMemory,
}
