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

    /// <summary>
    /// The most bytes of a module or component: 128 MiB if nothing is said. Compiling is not under the guests' time
    /// limit; what bounds it is the size. Code made to be slow to compile takes some 10 microseconds a byte.
    /// </summary>
    public long MaxModuleBytes { get; init; } = DefaultMaxModuleBytes;

    internal const long DefaultMaxModuleBytes = 128L << 20;
}
