using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>What host calls need of the guest that makes them, and how its end is told.</summary>
public sealed unsafe partial class Guest
{
    private const int MaxNesting = 8;

    private GuestMemory? _memory;
    private WasmtimeFunc _realloc;
    private bool _hasRealloc;
    private int _nesting;

    // What ended the guest, where the native trap cannot carry it.
    private GuestTrap? _hostTrap;
    private int? _nestedExitCode;
    private nint _nestedTrap;

    /// <summary>The guest's memory; looked up at first use, since start functions may call imports.</summary>
    /// <exception cref="BorderException">The guest exports none.</exception>
    internal GuestMemory GetMemory(nint caller, nint context)
    {
        return _memory ?? LookUpMemory(caller, context);
    }

    /// <summary>Calls the guest's <c>cabi_realloc(0, 0, alignment, size)</c>.</summary>
    /// <exception cref="BorderException">The guest exports none, or calls itself too deeply.</exception>
    /// <exception cref="NestedEndException">The guest trapped or exited in it.</exception>
    internal uint CallRealloc(nint caller, nint context, uint alignment, uint sizeBytes)
    {
        if (!_hasRealloc)
        {
            LookUpRealloc(caller);
        }

        if (_nesting == MaxNesting)
        {
            throw new BorderException($"cabi_realloc called wasi:gpu more than {MaxNesting} levels deep");
        }

        RawValue* slots = stackalloc RawValue[4];
        slots[0].I64 = 0;
        slots[1].I64 = 0;
        slots[2].I64 = alignment;
        slots[3].I64 = sizeBytes;
        nint trap = 0;
        nint error;
        _nesting++;
        try
        {
            WasmtimeFunc realloc = _realloc;
            error = WasmtimeApi.wasmtime_func_call_unchecked(context, &realloc, slots, 4, &trap);
        }
        finally
        {
            _nesting--;
        }

        if (trap != 0)
        {
            _nestedTrap = trap;
            throw new NestedEndException();
        }

        if (error != 0)
        {
            KeepNestedError(error);
            throw new NestedEndException();
        }

        return slots[0].I32;
    }

    /// <summary>Makes the trap for an exception that ended a host call; keeps what the trap cannot carry.</summary>
    internal nint MakeTrap(Exception exception)
    {
        if (exception is NestedEndException && _nestedTrap != 0)
        {
            nint trap = _nestedTrap;
            _nestedTrap = 0;
            return trap;
        }

        if (exception is not NestedEndException)
        {
            _hostTrap ??= Describe(exception);
        }

        string text = _hostTrap?.Message ?? "the guest ended";
        if (_module.Component is not null)
        {
            return WasmtimeErrors.Make(text);
        }

        byte[] message = Encoding.UTF8.GetBytes(text);
        fixed (byte* bytes = message)
        {
            return WasmtimeApi.wasmtime_trap_new(bytes, (nuint)message.Length);
        }
    }

    /// <summary>Guest code looks at its deadline here, at each tick.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnEpoch(nint context, nint data, ulong* ticksToNext, byte* updateKind)
    {
        const byte Continue = 0;
        Guest guest = Current;
        if (!guest._deadline.IsPassed)
        {
            *ticksToNext = 1;
            *updateKind = Continue;
            return 0;
        }

        guest._hostTrap ??= guest.DescribeDeadline();
        fixed (byte* message = "the guest's time is over\0"u8)
        {
            return WasmtimeApi.wasmtime_error_new(message);
        }
    }

    private GuestTrap Describe(Exception exception)
    {
        return exception switch
        {
            BorderException => new GuestTrap(GuestTrapKind.Trap, exception.Message, []),
            DeadlineException => DescribeDeadline(),
            _ => new GuestTrap(
                GuestTrapKind.Host,
                OneLine.Of($"host fault: {exception.GetType().Name}: {exception.Message}"),
                []),
        };
    }

    private GuestTrap DescribeDeadline()
    {
        return new GuestTrap(
            _deadline.IsCancelled ? GuestTrapKind.Cancelled : GuestTrapKind.Deadline,
            _deadline.Describe(),
            []);
    }

    private void KeepNestedError(nint error)
    {
        if (WasmtimeErrors.IsExit(error, out int status))
        {
            _nestedExitCode = status;
            _ = WasmtimeErrors.Take(error);
            return;
        }

        (string message, IReadOnlyList<string> backtrace) = WasmtimeErrors.TakeEnd(error);
        _hostTrap ??= new GuestTrap(GuestTrapKind.Trap, message, backtrace);
    }

    /// <summary>What a call into the guest ended with; takes ownership of both; null for a normal return.</summary>
    private GuestEnd? TakeEnd(nint error, nint trap)
    {
        if (error == 0 && trap == 0)
        {
            return null;
        }

        GuestTrap? hostTrap = _hostTrap;
        int? exitCode = _nestedExitCode;
        _hostTrap = null;
        _nestedExitCode = null;
        if (error != 0 && WasmtimeErrors.IsExit(error, out int status))
        {
            exitCode = status;
        }

        (string message, IReadOnlyList<string> backtrace) =
            error != 0 ? WasmtimeErrors.TakeEnd(error) : WasmtimeErrors.TakeTrap(trap);
        if (exitCode is { } code)
        {
            return new GuestEnd(code, Trap: null);
        }

        GuestTrap ended = hostTrap is null
            ? new GuestTrap(GuestTrapKind.Trap, message, backtrace)
            : hostTrap with { Backtrace = hostTrap.Backtrace.Count > 0 ? hostTrap.Backtrace : backtrace };
        return new GuestEnd(GuestResult.EndedExitCode, ended);
    }

    private GuestMemory LookUpMemory(nint caller, nint context)
    {
        WasmtimeExtern item = default;
        fixed (byte* name = "memory"u8)
        {
            bool found = WasmtimeApi.wasmtime_caller_export_get(caller, name, 6, &item) != 0;
            return found && item.Kind == WasmtimeExtern.KindMemory
                ? _memory = new CoreMemory(context, item.Memory)
                : throw new BorderException("the guest does not export its memory as 'memory', which the host needs");
        }
    }

    private void LookUpRealloc(nint caller)
    {
        WasmtimeExtern item = default;
        fixed (byte* name = "cabi_realloc"u8)
        {
            bool found = WasmtimeApi.wasmtime_caller_export_get(caller, name, 12, &item) != 0;
            if (!found || item.Kind != WasmtimeExtern.KindFunc)
            {
                throw new BorderException(
                    "the guest does not export 'cabi_realloc', which is needed to return bytes or a text to it");
            }

            _realloc = item.Func;
            _hasRealloc = true;
        }
    }
}
