using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The raw functions, which native code calls with a component's numbers: they run the same handlers as the calls of
/// core modules. Everything is checked as if a guest had called them itself, since it can.
/// </summary>
internal static unsafe class BridgeCalls
{
    /// <summary>The number of <c>raw-buffer-check-read</c>, beside those of <see cref="GpuInterfaces.Functions"/>.</summary>
    private const int CheckRead = 100;
    private const int Text = 101;
    private const int Nonce = 102;
    private const int Attach = 103;
    private const int MaxParameters = 12;

    /// <summary>The number by which <see cref="Call"/> knows a raw function.</summary>
    /// <param name="name">Its name, with the prefix.</param>
    internal static int NumberOf(string name)
    {
        string function = name[BridgeParts.RawPrefix.Length..];
        for (int i = 0; i < GpuInterfaces.Functions.Count; i++)
        {
            if (GpuInterfaces.Functions[i].Name == function)
            {
                return i;
            }
        }

        return function switch
        {
            "buffer-check-read" => CheckRead,
            "text" => Text,
            "nonce" => Nonce,
            "attach" => Attach,
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    /// <summary>One raw function; <paramref name="data"/> is its number.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint Call(
        nint data,
        nint context,
        nint type,
        ComponentVal* arguments,
        nuint count,
        ComponentVal* results,
        nuint resultCount)
    {
        Guest guest = Guest.Current;
        try
        {
            if (data >= Text)
            {
                return CallTool(guest, (int)data, arguments, results);
            }

            GuestMemory memory = guest.Memories.Find(arguments[0].U32);
            RawValue* slots = stackalloc RawValue[MaxParameters];
            for (nuint i = 1; i < count && i <= MaxParameters; i++)
            {
                slots[i - 1].I64 = arguments[i].U64;
            }

            nint error = Run(memory, slots, (int)data, out uint textBytes);
            results->Kind = ComponentValKind.U32;
            results->U32 = textBytes;
            return error;
        }
        catch (Exception e)
        {
            return guest.MakeTrap(e);
        }
    }

    /// <summary><c>sync</c>, which needs no bridge.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint CallSync(
        nint data,
        nint context,
        nint type,
        ComponentVal* arguments,
        nuint count,
        ComponentVal* results,
        nuint resultCount)
    {
        RawValue none = default;
        return GuestCall.Run(caller: 0, &none, 6, &GpuHandlers.Sync);
    }

    /// <summary>A function that this host does not have, or that is reached past the bridge; data: its name.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint CallMissing(
        nint data,
        nint context,
        nint type,
        ComponentVal* arguments,
        nuint count,
        ComponentVal* results,
        nuint resultCount)
    {
        string message = (string)GCHandle.FromIntPtr(data).Target!;
        return Guest.Current.MakeTrap(new BorderException(message));
    }

    private static nint Run(GuestMemory memory, RawValue* slots, int function, out uint textBytes)
    {
        const int GetDeviceInfo = 0;
        const int BufferRead = 3;
        return function switch
        {
            CheckRead => GuestCall.RunFirstHalf(memory, slots, BufferRead, &BridgeHandlers.CheckRead, out textBytes),
            BufferRead => GuestCall.RunBridged(memory, slots, BufferRead, &BridgeHandlers.Read, out textBytes),
            GetDeviceInfo => GuestCall.RunBridged(memory, slots, GetDeviceInfo, &BridgeHandlers.GetDeviceInfo, out textBytes),
            1 => GuestCall.RunBridged(memory, slots, 1, &GpuHandlers.BufferCreate, out textBytes),
            2 => GuestCall.RunBridged(memory, slots, 2, &GpuHandlers.BufferWrite, out textBytes),
            4 => GuestCall.RunBridged(memory, slots, 4, &GpuHandlers.BufferCopy, out textBytes),
            5 => GuestCall.RunBridged(memory, slots, 5, &GpuHandlers.BufferDestroy, out textBytes),
            7 => GuestCall.RunBridged(memory, slots, 7, &GpuHandlers.BootstrapSample, out textBytes),
            8 => GuestCall.RunBridged(memory, slots, 8, &GpuHandlers.FindSplit, out textBytes),
            9 => GuestCall.RunBridged(memory, slots, 9, &GpuHandlers.Average, out textBytes),
            10 => GuestCall.RunBridged(memory, slots, 10, &GpuHandlers.MatMul, out textBytes),
            11 => GuestCall.RunBridged(memory, slots, 11, &GpuHandlers.Elementwise, out textBytes),
            12 => GuestCall.RunBridged(memory, slots, 12, &GpuHandlers.Reduce, out textBytes),
            13 => GuestCall.RunBridged(memory, slots, 13, &GpuHandlers.BatchPredict, out textBytes),
            _ => throw new InvalidOperationException($"there is no raw function {function}"),
        };
    }

    private static nint CallTool(Guest guest, int function, ComponentVal* arguments, ComponentVal* results)
    {
        switch (function)
        {
            case Text:
                BridgeHandlers.PlaceText(guest, arguments[0].U32, arguments[1].U32, arguments[2].U32, arguments[3].U32);
                break;
            case Nonce:
                results->Kind = ComponentValKind.U64;
                results->U64 = guest.Memories.Nonce(arguments[0].U32);
                break;
            case Attach when arguments[0].U32 != 0:
                throw new BorderException("the memory that the component's wasi:gpu calls work on is empty when it starts");
            default:
                results->Kind = ComponentValKind.U32;
                results->U32 = guest.Memories.Attach();
                break;
        }

        return 0;
    }
}
