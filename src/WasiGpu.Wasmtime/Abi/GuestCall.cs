using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// One call of a guest through the canonical ABI of a core module: gives the handler its arguments, checks every
/// pointer, writes the result into the guest's memory. Nothing a guest passes is used before it was checked, and
/// memory size is read anew after each run of guest code (<c>cabi_realloc</c>).
/// </summary>
internal unsafe ref struct GuestCall
{
    /// <summary>Bytes of <c>result&lt;_, gpu-error&gt;</c> and of the other results of one payload.</summary>
    internal const uint ResultBytes = 16;

    private const uint ResultAlignment = 4;

    private readonly nint _caller;
    private readonly nint _context;
    private readonly RawValue* _slots;

    private byte* _returnArea;
    private GpuError? _error;
    private string? _payload;

    private GuestCall(nint caller, RawValue* slots)
    {
        _caller = caller;
        _slots = slots;
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
        return new HostRange(Locate(what, pointer, lengthBytes), lengthBytes, Guest.GetMemory(_caller, _context).Host);
    }

    /// <summary>
    /// Has the guest allocate bytes by its <c>cabi_realloc</c>, for a length of 0 too. Runs guest code: whatever was
    /// checked before may be false after.
    /// </summary>
    internal uint Allocate(uint alignment, uint sizeBytes)
    {
        uint pointer = Guest.CallRealloc(_caller, _context, alignment, sizeBytes);
        if (pointer % alignment != 0)
        {
            throw new BorderException($"cabi_realloc returned {pointer}, which is not aligned to {alignment} bytes");
        }

        if (pointer == 0 && sizeBytes > 0)
        {
            throw new BorderException($"cabi_realloc returned 0 for {sizeBytes} bytes: the guest is out of memory");
        }

        Locate("what cabi_realloc returned", pointer, sizeBytes);
        return pointer;
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
        // Results may overwrite the slots' meaning only in guest memory, so the arguments can be described first.
        string arguments = call.DescribeArguments(function);
        long start = Stopwatch.GetTimestamp();
        nint trap = RunHandler(ref call, handler);
        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        string result = trap != 0 ? "trap" : call._error?.ToString() ?? (call._payload is { } p ? $"ok {p}" : "ok");
        try
        {
            trace(new GpuCallTrace(function.Name, arguments, result, duration));
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
        (uint pointer, uint lengthBytes) = error.HasText ? PlaceText(error.Message ?? error.Kind.ToString()) : (0, 0);
        WriteReturn(0, 1);
        WriteReturn(4, (uint)error.Kind);
        if (error.HasText)
        {
            WriteReturn(8, pointer);
            WriteReturn(12, lengthBytes);
        }
    }

    private readonly byte* Locate(string what, uint pointer, uint lengthBytes)
    {
        GuestMemory memory = Guest.GetMemory(_caller, _context);
        ulong sizeBytes = memory.SizeBytes(_context);
        return (ulong)pointer + lengthBytes <= sizeBytes
            ? memory.Base + pointer
            : throw new BorderException(
                $"{what}, {lengthBytes} bytes at {pointer}, leaves the guest's memory of {sizeBytes} bytes");
    }
}
