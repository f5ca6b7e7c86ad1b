using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary>
/// Owns one object of libwasmtime and deletes it once. The library counts references among its own objects (a
/// store keeps its engine alive), so that handles may be released in any order.
/// </summary>
internal sealed unsafe class WasmtimeHandle : SafeHandle
{
    private readonly delegate*<nint, void> _delete;

    /// <summary>Takes ownership.</summary>
    /// <param name="pointer">The object; not 0.</param>
    /// <param name="delete">What deletes it.</param>
    internal WasmtimeHandle(nint pointer, delegate*<nint, void> delete)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        _delete = delete;
        SetHandle(pointer);
    }

    /// <summary>Whether it owns nothing.</summary>
    public override bool IsInvalid => handle == 0;

    /// <summary>The object; the caller keeps this handle alive while using it.</summary>
    /// <exception cref="ObjectDisposedException">It is deleted.</exception>
    internal nint Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    /// <summary>Deletes the object; never throws.</summary>
    protected override bool ReleaseHandle()
    {
        _delete(handle);
        return true;
    }
}
