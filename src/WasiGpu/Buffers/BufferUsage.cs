namespace WasiGpu;

/// <summary>
/// <c>flags buffer-usage</c>: a guest's promise about how it will use a buffer. A hint for the backend, never
/// a permission: any buffer can be written, read, copied and used by kernels.
/// </summary>
[Flags]
public enum BufferUsage : uint
{
    /// <summary>No promise.</summary>
    None = 0,

    /// <summary>The host will read it often.</summary>
    MapRead = 1 << 0,

    /// <summary>The host will write it often.</summary>
    MapWrite = 1 << 1,

    /// <summary>A source of <c>buffer-copy</c>.</summary>
    CopySrc = 1 << 2,

    /// <summary>A target of <c>buffer-copy</c>.</summary>
    CopyDst = 1 << 3,

    /// <summary>Small parameters read by kernels.</summary>
    Uniform = 1 << 4,

    /// <summary>Data read and written by kernels.</summary>
    Storage = 1 << 5,

    /// <summary>All flags the interface defines; others that a guest sets are ignored.</summary>
    All = MapRead | MapWrite | CopySrc | CopyDst | Uniform | Storage,
}
