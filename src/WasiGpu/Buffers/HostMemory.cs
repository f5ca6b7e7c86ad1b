namespace WasiGpu;

/// <summary>
/// A guest's linear memory, seen as host memory that outlives single calls: its address never changes while it
/// lives, its size may grow. Backends may keep something for it (a registration with a driver) until
/// <see cref="Released"/>.
/// </summary>
/// <param name="baseAddress">The address of the memory's byte 0.</param>
public sealed class HostMemory(nint baseAddress)
{
    private bool _isReleased;

    /// <summary>
    /// Raised once, before the memory is unmapped and its address can come to mean another guest's bytes; every
    /// registration must be gone when the handlers return.
    /// </summary>
    public event EventHandler? Released;

    /// <summary>The address of byte 0.</summary>
    public nint BaseAddress { get; } = baseAddress;

    /// <summary>Raises <see cref="Released"/>. For the owner of the memory; further calls do nothing.</summary>
    public void Release()
    {
        if (!_isReleased)
        {
            _isReleased = true;
            Released?.Invoke(this, EventArgs.Empty);
        }
    }
}
