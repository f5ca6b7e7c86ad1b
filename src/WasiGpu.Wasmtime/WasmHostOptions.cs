namespace WasiGpu.Wasmtime;

/// <summary>How a host works, beside what each guest is given.</summary>
public sealed record WasmHostOptions
{
    /// <summary>
    /// A folder where compiled components are kept, so that loading them again takes milliseconds; null for none. It
    /// is made with access for this user alone when it is missing. What lies in it is machine code: a folder, or a
    /// file in it, that is another user's or that others may write is not used.
    /// </summary>
    public string? CacheDirectory { get; init; }
}
