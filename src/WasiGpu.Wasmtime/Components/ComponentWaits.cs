using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// Waits of components that end with the guest's time. The engine's own <c>poll</c> and <c>block</c> return only when
/// something is ready, and cannot be interrupted; so a small component of the host's (<c>waits.wat</c>) calls them
/// in their place, with a timer of its own among the pollables, and asks for the deadline each time that one rings.
/// </summary>
internal sealed unsafe class ComponentWaits : IDisposable
{
    /// <summary>The name by which <see cref="CheckDeadline"/> is imported.</summary>
    internal const string Check = "check-deadline";

    private readonly WasmtimeHandle _component;
    private readonly WasmtimeHandle _linker;

    /// <summary>Takes over the two.</summary>
    /// <param name="component">The compiled component.</param>
    /// <param name="linker">What serves it: the engine's own WASI, and <see cref="CheckDeadline"/>.</param>
    internal ComponentWaits(WasmtimeHandle component, WasmtimeHandle linker)
    {
        _component = component;
        _linker = linker;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _linker.Dispose();
        _component.Dispose();
    }

    /// <summary>Makes an instance beside a guest's.</summary>
    /// <param name="context">The guest's store.</param>
    internal GuestWaits Instantiate(nint context)
    {
        ComponentInstance instance = default;
        nint error = WasmtimeApi.wasmtime_component_linker_instantiate(
            _linker.Pointer,
            context,
            _component.Pointer,
            &instance);
        return error == 0
            ? new GuestWaits(
                ComponentExports.Find(&instance, context, parent: null, "poll"),
                ComponentExports.Find(&instance, context, parent: null, "block"))
            : throw new InvalidOperationException($"waiting is not possible: {WasmtimeErrors.Take(error)}");
    }

    /// <summary><c>poll</c>, called by a guest.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint Poll(
        nint data,
        nint context,
        nint type,
        ComponentVal* arguments,
        nuint count,
        ComponentVal* results,
        nuint resultCount)
    {
        return Call(isPoll: true, context, arguments, count, results, resultCount);
    }

    /// <summary><c>[method]pollable.block</c>, called by a guest.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint Block(
        nint data,
        nint context,
        nint type,
        ComponentVal* arguments,
        nuint count,
        ComponentVal* results,
        nuint resultCount)
    {
        return Call(isPoll: false, context, arguments, count, results, resultCount);
    }

    /// <summary>Called between two slices: ends the wait when the guest's time is over.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint CheckDeadline(
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
            guest.Deadline.ThrowIfPassed();
            return 0;
        }
        catch (DeadlineException e)
        {
            return guest.MakeTrap(e);
        }
    }

    /// <summary>Gives back what was lent for the call.</summary>
    private static nint Drop(nint context, ComponentVal* lent, nuint count)
    {
        nint error = 0;
        for (nuint i = 0; i < count && error == 0; i++)
        {
            error = WasmtimeApi.wasmtime_component_resource_any_drop(context, lent[i].Resource);
        }

        return error;
    }

    private static nint Call(
        bool isPoll,
        nint context,
        ComponentVal* arguments,
        nuint count,
        ComponentVal* results,
        nuint resultCount)
    {
        Guest guest = Guest.Current;
        try
        {
            ComponentFunc function = isPoll ? guest.Waits.Poll : guest.Waits.Block;
            nint error = WasmtimeApi.wasmtime_component_func_call(
                &function,
                context,
                arguments,
                count,
                results,
                resultCount);
            if (error != 0)
            {
                guest.ForgetWaits();
                return error;
            }

            return isPoll
                ? Drop(context, (ComponentVal*)arguments->Items.Data, arguments->Items.Size)
                : Drop(context, arguments, 1);
        }
        catch (Exception e)
        {
            return guest.MakeTrap(e);
        }
    }
}
