using System.Text;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The functions that differ behind the bridge: those that return texts or lists, for which the bridge has the
/// component allocate. Slots are the function's own, after the memory's handle.
/// </summary>
internal static class BridgeHandlers
{
    private const uint DeviceInfoBytes = 40;
    private const uint DeviceInfoAlignment = 8;

    /// <summary>The first half of <c>buffer-read</c>: everything that can be told before the list is allocated.</summary>
    internal static void CheckRead(ref GuestCall call)
    {
        call.TakeReturnArea(3);
        call.Return(call.Gpu.CheckRead(call.U32(0), call.U64(1), call.U32(2)));
    }

    /// <summary>The second half, with the list's address after its size.</summary>
    internal static void Read(ref GuestCall call)
    {
        call.TakeReturnArea(4);
        uint sizeBytes = call.U32(2);
        uint pointer = call.U32(3);
        call.CheckAllocated(pointer, sizeBytes, alignment: 1);
        HostRange target = call.Bytes("the list read", pointer, sizeBytes);
        if (call.Gpu.ReadBuffer(call.U32(0), call.U64(1), target) is { } error)
        {
            call.Return(error);
            return;
        }

        call.ReturnList(pointer, sizeBytes);
    }

    /// <summary><c>get-device-info</c> but for the addresses of its texts.</summary>
    internal static void GetDeviceInfo(ref GuestCall call)
    {
        call.TakeReturnArea(0, DeviceInfoBytes, DeviceInfoAlignment);
        DeviceInfo info = call.Gpu.DeviceInfo;
        call.WriteReturn(4, call.Defer(1, info.Name));
        call.WriteReturn(12, call.Defer(2, info.Backend));
        call.WriteReturn64(16, info.TotalMemoryBytes);
        call.WriteReturn(24, info.IsHardware ? 1u : 0u);
        call.WriteReturn(32, call.Defer(3, info.ComputeCapability));
    }

    /// <summary>Writes a text that a call left behind where the component allocated it.</summary>
    internal static unsafe void PlaceText(Guest guest, uint handle, uint pointer, uint lengthBytes, uint which)
    {
        GuestMemory memory = guest.Memories.Find(handle);
        byte[]? text = which < guest.DeferredTexts.Length ? guest.DeferredTexts[which] : null;
        if (text is null || text.Length != lengthBytes)
        {
            throw new BorderException($"there is no text {which} of {lengthBytes} bytes to be placed");
        }

        GuestCall.CheckAllocated(memory, guest.Context, pointer, lengthBytes, alignment: 1);
        text.CopyTo(new Span<byte>(memory.Base + pointer, text.Length));
        guest.DeferredTexts[which] = null;
    }

    /// <summary>A text in UTF-8.</summary>
    internal static byte[] Encode(string text) => Encoding.UTF8.GetBytes(text);
}
