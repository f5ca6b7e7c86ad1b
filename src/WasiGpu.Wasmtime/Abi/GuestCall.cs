using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// One call of a guest through the flattened canonical ABI, by a core module or by the bridge in a component: gives
/// the handler its arguments, checks every pointer, writes the result into the guest's memory. Nothing a guest passes
/// is used before it was checked, and memory size is read anew after each run of guest code (<c>cabi_realloc</c>).
/// </summary>
internal unsafe ref struct GuestCall
{
    /// <summary>Bytes of <c>result&lt;_, gpu-error&gt;</c> and of the other results of one payload.</summary>
    internal const uint ResultBytes = 16;

    private const uint ResultAlignment = 4;

    private const int ErrorText = 0;

    private readonly nint _caller;
    private readonly nint _context;
    private readonly RawValue* _slots;

    // Of a call through a component's bridge, which allocates and places texts itself; else null.
    private readonly GuestMemory? _bridgedMemory;

    private byte* _returnArea;
    private GpuError? _error;
    private string? _payload;
    private uint _textBytes;

    private GuestCall(nint caller, RawValue* slots, GuestMemory? bridgedMemory = null)
    {
        _caller = caller;
        _slots = slots;
        _bridgedMemory = bridgedMemory;
        Guest = Guest.Current;
        _context = Guest.Context;
    }

    /// <summary>The guest that calls.</summary>
    internal Guest Guest { get; }

    /// <summary>The guest's GPU state.</summary>
    internal readonly GuestGpu Gpu => Guest.Gpu;

    /// <summary>
    /// Runs a handler for a call that came from native code; returns 0, or a trap for the engine to raise. No
    /// exception gets out.
    /// </summary>
    internal static nint Run(nint caller, RawValue* slots, int function, delegate*<ref GuestCall, void> handler)
    {
        GuestCall call = new(caller, slots);
        GuestGpu gpu = call.Guest.Gpu;
        gpu.Calls++;
        return call.Guest.TraceGpu is { } trace
            ? RunTraced(ref call, GpuInterfaces.Functions[function], handler, trace)
            : RunHandler(ref call, handler);
    }

    /// <summary>Runs a handler for a call through a component's bridge.</summary>
    /// <param name="memory">The memory that pointers mean.</param>
    /// <param name="slots">The flattened arguments.</param>
    /// <param name="function">The function's number.</param>
    /// <param name="handler">What runs.</param>
    /// <param name="textBytes">The length of the error's text that is to be placed; 0 for none.</param>
    internal static nint RunBridged(
        GuestMemory memory,
        RawValue* slots,
        int function,
        delegate*<ref GuestCall, void> handler,
        out uint textBytes)
    {
        GuestCall call = new(0, slots, memory);
        call.Gpu.Calls++;
        nint trap = call.Guest.TraceGpu is { } trace
            ? RunTraced(ref call, GpuInterfaces.Functions[function], handler, trace)
            : RunHandler(ref call, handler);
        textBytes = call._textBytes;
        return trap;
    }

    /// <summary>
    /// Runs the first half of a call that comes in two: it counts as a call, and is traced, only when it is the last.
    /// </summary>
    internal static nint RunFirstHalf(
        GuestMemory memory,
        RawValue* slots,
        int function,
        delegate*<ref GuestCall, void> handler,
        out uint textBytes)
    {
        GuestCall call = new(0, slots, memory);
        long start = Stopwatch.GetTimestamp();
        nint trap = RunHandler(ref call, handler);
        textBytes = call._textBytes;
        if (trap == 0 && call._error is null)
        {
            return 0;
        }

        call.Gpu.Calls++;
        return call.Guest.TraceGpu is { } trace
            ? Trace(ref call, GpuInterfaces.Functions[function], start, trap, trace)
            : trap;
    }

    /// <summary>Runs a function of WASI that this host serves itself; it returns an error number or traps.</summary>
    internal static nint RunWasi(nint caller, RawValue* slots, delegate*<ref GuestCall, uint> handler)
    {
        GuestCall call = new(caller, slots);
        try
        {
            slots[0].I32 = handler(ref call);
            return 0;
        }
        catch (Exception e)
        {
            return call.Guest.MakeTrap(e);
        }
    }

    /// <summary>An integer argument, or the bits of another 32-bit one.</summary>
    internal readonly uint U32(int slot) => _slots[slot].I32;

    /// <summary>A 64-bit argument.</summary>
    internal readonly ulong U64(int slot) => _slots[slot].I64;

    /// <summary>A float argument.</summary>
    internal readonly float F32(int slot) => _slots[slot].F32;

    /// <summary>A <c>bool</c>: any bits but 0 are true.</summary>
    internal readonly bool Bool(int slot) => _slots[slot].I32 != 0;

    /// <summary>The discriminant of an <c>enum</c> or <c>option</c>.</summary>
    /// <param name="slot">The argument's place.</param>
    /// <param name="count">Number of cases; others trap.</param>
    /// <param name="what">The name for the message.</param>
    internal readonly uint Discriminant(int slot, uint count, string what)
    {
        uint value = _slots[slot].I32;
        return value < count
            ? value
            : throw new BorderException($"{what} is {value}: it has the cases 0 to {count - 1}");
    }

    /// <summary>Takes the call's return area; must come before anything that has an effect.</summary>
    internal void TakeReturnArea(int slot, uint sizeBytes = ResultBytes, uint alignment = ResultAlignment)
    {
        uint pointer = _slots[slot].I32;
        if (pointer % alignment != 0)
        {
            throw new BorderException($"the return pointer {pointer} is not aligned to {alignment} bytes");
        }

        _returnArea = Locate("the return area", pointer, sizeBytes);
    }

    /// <summary>Checks bytes of the guest's memory, also when there are none.</summary>
    internal HostRange Bytes(string what, uint pointer, uint lengthBytes)
    {
        return new HostRange(Locate(what, pointer, lengthBytes), lengthBytes, Memory.Host);
    }

    /// <summary>
    /// Has the guest allocate bytes by its <c>cabi_realloc</c>, for a length of 0 too. Runs guest code: whatever was
    /// checked before may be false after.
    /// </summary>
    internal uint Allocate(uint alignment, uint sizeBytes)
    {
        uint pointer = Guest.CallRealloc(_caller, _context, alignment, sizeBytes);
        CheckAllocated(pointer, sizeBytes, alignment);
        return pointer;
    }

    /// <summary>Checks what the guest's allocator returned.</summary>
    internal readonly void CheckAllocated(uint pointer, uint sizeBytes, uint alignment)
    {
        CheckAllocated(Memory, _context, pointer, sizeBytes, alignment);
    }

    /// <summary>Checks what a guest's allocator returned.</summary>
    internal static void CheckAllocated(GuestMemory memory, nint context, uint pointer, uint sizeBytes, uint alignment)
    {
        if (pointer % alignment != 0)
        {
            throw new BorderException($"cabi_realloc returned {pointer}, which is not aligned to {alignment} bytes");
        }

        if (pointer == 0 && sizeBytes > 0)
        {
            throw new BorderException($"cabi_realloc returned 0 for {sizeBytes} bytes: the guest is out of memory");
        }

        Locate(memory, context, "what cabi_realloc returned", pointer, sizeBytes);
    }

    /// <summary>Leaves a text for the bridge to have allocated and placed.</summary>
    /// <returns>Its length in bytes.</returns>
    internal readonly uint Defer(int which, string text)
    {
        byte[] bytes = BridgeHandlers.Encode(text);
        Guest.DeferredTexts[which] = bytes;
        return (uint)bytes.Length;
    }

    /// <summary>Places a text in memory the guest allocates.</summary>
    internal (uint Pointer, uint LengthBytes) PlaceText(string text)
    {
        int lengthBytes = Encoding.UTF8.GetByteCount(text);
        uint pointer = Allocate(alignment: 1, (uint)lengthBytes);
        Encoding.UTF8.GetBytes(text, new Span<byte>(Locate("a text", pointer, (uint)lengthBytes), lengthBytes));
        return (pointer, (uint)lengthBytes);
    }

    /// <summary>Writes <c>ok</c> without a payload, or the error.</summary>
    internal void Return(GpuError? error)
    {
        if (error is { } failure)
        {
            ReturnError(failure);
            return;
        }

        WriteReturn(0, 0);
    }

    /// <summary>Writes <c>ok</c> with a number.</summary>
    internal void ReturnValue(uint value)
    {
        WriteReturn(0, 0);
        WriteReturn(4, value);
        _payload = Guest.TraceGpu is null ? null : value.ToString();
    }

    /// <summary>Writes <c>ok</c> with a list.</summary>
    internal void ReturnList(uint pointer, uint lengthBytes)
    {
        WriteReturn(0, 0);
        WriteReturn(4, pointer);
        WriteReturn(8, lengthBytes);
        _payload = Guest.TraceGpu is null ? null : $"{lengthBytes} bytes";
    }

    /// <summary>Writes 4 bytes of the return area.</summary>
    internal readonly void WriteReturn(int offset, uint value)
    {
        Unsafe.WriteUnaligned(_returnArea + offset, value);
    }

    /// <summary>Writes 8 bytes of the return area.</summary>
    internal readonly void WriteReturn64(int offset, ulong value)
    {
        Unsafe.WriteUnaligned(_returnArea + offset, value);
    }

    private static nint RunHandler(ref GuestCall call, delegate*<ref GuestCall, void> handler)
    {
        try
        {
            try
            {
                handler(ref call);
            }
            catch (GpuException e)
            {
                call.ReturnError(call.Gpu.Note(e.Error));
            }

            return 0;
        }
        catch (Exception e)
        {
            return call.Guest.MakeTrap(e);
        }
    }

    private static nint RunTraced(
        ref GuestCall call,
        GpuFunction function,
        delegate*<ref GuestCall, void> handler,
        Action<GpuCallTrace> trace)
    {
        long start = Stopwatch.GetTimestamp();
        nint trap = RunHandler(ref call, handler);
        return Trace(ref call, function, start, trap, trace);
    }

    private static nint Trace(
        ref GuestCall call,
        GpuFunction function,
        long start,
        nint trap,
        Action<GpuCallTrace> trace)
    {
        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        string result = trap != 0 ? "trap" : call._error?.ToString() ?? (call._payload is { } p ? $"ok {p}" : "ok");
        try
        {
            trace(new GpuCallTrace(function.Name, call.DescribeArguments(function), result, duration));
            return trap;
        }
        catch (Exception e)
        {
            return trap != 0 ? trap : call.Guest.MakeTrap(e);
        }
    }

    private readonly string DescribeArguments(GpuFunction function)
    {
        StringBuilder text = new();
        for (int i = 0; i < function.ParameterNames.Count && function.ParameterNames[i] != "ret"; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(function.ParameterNames[i]).Append(": ");
            _ = function.Signature.Parameters[i] switch
            {
                WasmType.I64 => text.Append(U64(i)),
                WasmType.F32 => text.Append(F32(i)),
                _ => text.Append(U32(i)),
            };
        }

        return text.ToString();
    }

    private void ReturnError(GpuError error)
    {
        _error = error;
        (uint pointer, uint lengthBytes) = error.HasText ? PlaceError(error) : (0, 0);
        WriteReturn(0, 1);
        WriteReturn(4, (uint)error.Kind);
        if (error.HasText)
        {
            WriteReturn(8, pointer);
            WriteReturn(12, lengthBytes);
        }
    }

    private (uint Pointer, uint LengthBytes) PlaceError(GpuError error)
    {
        string text = string.IsNullOrEmpty(error.Message) ? error.Kind.ToString() : error.Message;
        if (_bridgedMemory is null)
        {
            return PlaceText(text);
        }

        _textBytes = Defer(ErrorText, text);
        return (0, 0);
    }

    private readonly GuestMemory Memory => _bridgedMemory ?? Guest.GetMemory(_caller, _context);

    private readonly byte* Locate(string what, uint pointer, uint lengthBytes)
    {
        return Locate(Memory, _context, what, pointer, lengthBytes);
    }

    private static byte* Locate(GuestMemory memory, nint context, string what, uint pointer, uint lengthBytes)
    {
        ulong sizeBytes = memory.SizeBytes(context);
        return (ulong)pointer + lengthBytes <= sizeBytes
            ? memory.Base + pointer
            : throw new BorderException(
                $"{what}, {lengthBytes} bytes at {pointer}, leaves the guest's memory of {sizeBytes} bytes");
    }
}
