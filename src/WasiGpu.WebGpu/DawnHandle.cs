using System.Runtime.InteropServices;

namespace WasiGpu.WebGpu;

/// <summary>
/// Owns one object of a device; released once, by the device's own thread. Dawn counts references among its own
/// objects, so that handles may be released in any order.
/// </summary>
internal sealed unsafe class DawnHandle : SafeHandle
{
    private readonly ReleaseQueue _queue;
    private readonly delegate*<nint, void> _release;

    /// <summary>Takes ownership.</summary>
    /// <param name="pointer">The object; not 0.</param>
    /// <param name="release">What releases it.</param>
    /// <param name="queue">The releases of its device.</param>
    internal DawnHandle(nint pointer, delegate*<nint, void> release, ReleaseQueue queue)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        _release = release;
        _queue = queue;
        queue.Add();
        SetHandle(pointer);
    }

    /// <summary>Whether it owns nothing.</summary>
    public override bool IsInvalid => handle == 0;

    /// <summary>The object; the caller keeps this handle alive while using it.</summary>
    internal nint Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    /// <summary>Hands the object to the device's thread; never blocks or throws.</summary>
    protected override bool ReleaseHandle()
    {
        _queue.Post(handle, _release);
        return true;
    }
}
