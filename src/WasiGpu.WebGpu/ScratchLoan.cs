namespace WasiGpu.WebGpu;

/// <summary>Working memory that a kernel has until it has recorded its last command; holds old bytes at first.</summary>
/// <param name="buffer">The memory.</param>
/// <param name="giveBack">Takes it back.</param>
internal readonly struct ScratchLoan(DeviceBuffer buffer, Action<DeviceBuffer> giveBack) : IDisposable
{
    /// <summary>The memory, at least as long as asked for.</summary>
    internal DeviceBuffer Buffer { get; } = buffer;

    /// <summary>Gives the memory back to the session, whose later commands come after those recorded with it.</summary>
    public void Dispose() => giveBack(Buffer);
}
