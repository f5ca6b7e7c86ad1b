namespace WasiGpu.Wasmtime;

/// <summary>
/// A guest's memory. Its base never moves (the engine reserves the whole 4 GiB and is told not to move memories), so
/// it is kept; its size changes, so it never is.
/// </summary>
internal abstract unsafe class GuestMemory(nint address)
{
    /// <summary>The address of byte 0.</summary>
    internal byte* Base { get; } = (byte*)address;

    /// <summary>The memory as backends know it.</summary>
    internal HostMemory Host { get; } = new(address);

    /// <summary>The size now.</summary>
    internal abstract ulong SizeBytes(nint context);
}
