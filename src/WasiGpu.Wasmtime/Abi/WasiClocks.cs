using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The two functions of WASI preview1 that the library's own would not do: its <c>poll_oneoff</c> sleeps for as long as
/// the guest says, past every time limit. This one looks at the guest's deadline while it waits. Clocks go with it,
/// since a guest may wait for an absolute time. Descriptors always count as ready: a read then waits by itself.
/// </summary>
internal static unsafe class WasiClocks
{
    private const uint Success = 0;
    private const uint InvalidArgument = 28;
    private const uint SubscriptionBytes = 48;
    private const uint EventBytes = 32;
    private const uint RealTime = 0;
    private const uint Monotonic = 1;
    private const byte ClockEvent = 0;
    private const byte DescriptorIsWritable = 2;
    private const ushort IsAbsolute = 1;

    // How long a guest that sleeps may miss its end.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(10);
    private static readonly ManualResetEventSlim Never = new();

    // Monotonic time starts here: a guest need not know how long the machine has been up.
    private static readonly long Origin = Stopwatch.GetTimestamp();

    /// <summary><c>clock_time_get(id, precision, time)</c>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint ClockTimeGet(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.RunWasi(caller, slots, &ClockTimeGet);
    }

    /// <summary><c>poll_oneoff(subscriptions, events, count, event-count)</c>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static nint PollOneOff(nint data, nint caller, RawValue* slots, nuint count)
    {
        return GuestCall.RunWasi(caller, slots, &PollOneOff);
    }

    private static uint ClockTimeGet(ref GuestCall call)
    {
        uint clock = call.U32(0);
        HostRange target = call.Bytes("the time", call.U32(2), sizeof(ulong));
        if (clock > Monotonic)
        {
            return InvalidArgument;
        }

        Unsafe.WriteUnaligned(target.Pointer, Now(clock));
        return Success;
    }

    private static uint PollOneOff(ref GuestCall call)
    {
        uint count = call.U32(2);
        if (count == 0)
        {
            return InvalidArgument;
        }

        if (count > uint.MaxValue / SubscriptionBytes)
        {
            throw new BorderException($"poll_oneoff has {count} subscriptions, which no memory holds");
        }

        HostRange subscriptions = call.Bytes("subscriptions", call.U32(0), count * SubscriptionBytes);
        HostRange events = call.Bytes("events", call.U32(1), count * EventBytes);
        HostRange eventCount = call.Bytes("the number of events", call.U32(3), sizeof(uint));
        Moment now = new(Now(RealTime), Now(Monotonic));
        ulong waitNanoseconds = ulong.MaxValue;
        for (uint i = 0; i < count; i++)
        {
            if (WaitOf(subscriptions.Pointer + (i * SubscriptionBytes), now) is not { } wait)
            {
                return InvalidArgument;
            }

            waitNanoseconds = Math.Min(waitNanoseconds, wait);
        }

        Wait(call.Guest.Deadline, waitNanoseconds);
        uint written = 0;
        for (uint i = 0; i < count; i++)
        {
            // Read before it is written: the two arrays may overlap, and the guest then gets what it asked for.
            byte* subscription = subscriptions.Pointer + (i * SubscriptionBytes);
            if (WaitOf(subscription, now) is { } wait && wait <= waitNanoseconds)
            {
                WriteEvent(subscription, events.Pointer + (written++ * EventBytes));
            }
        }

        Unsafe.WriteUnaligned(eventCount.Pointer, written);
        return Success;
    }

    /// <summary>Nanoseconds from a moment until a subscription is ready; null for one that is none.</summary>
    private static ulong? WaitOf(byte* subscription, Moment now)
    {
        byte kind = subscription[8];
        if (kind != ClockEvent)
        {
            return kind <= DescriptorIsWritable ? 0UL : null;
        }

        uint clock = Unsafe.ReadUnaligned<uint>(subscription + 16);
        ulong timeout = Unsafe.ReadUnaligned<ulong>(subscription + 24);
        if (clock > Monotonic)
        {
            return null;
        }

        bool isAbsolute = (Unsafe.ReadUnaligned<ushort>(subscription + 40) & IsAbsolute) != 0;
        ulong from = !isAbsolute ? 0 : clock == RealTime ? now.RealTime : now.Monotonic;
        return timeout > from ? timeout - from : 0;
    }

    private static void Wait(Deadline deadline, ulong nanoseconds)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            deadline.ThrowIfPassed();
            double leftMs = (nanoseconds / 1e6) - Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (leftMs <= 0)
            {
                return;
            }

            if (leftMs < 1)
            {
                Thread.Yield();
                continue;
            }

            Never.Wait((int)Math.Min(leftMs, Slice.TotalMilliseconds));
        }
    }

    private static void WriteEvent(byte* subscription, byte* target)
    {
        ulong userData = Unsafe.ReadUnaligned<ulong>(subscription);
        byte kind = subscription[8];
        new Span<byte>(target, (int)EventBytes).Clear();
        Unsafe.WriteUnaligned(target, userData);
        target[10] = kind;
        Unsafe.WriteUnaligned(target + 16, kind == ClockEvent ? 0UL : 1UL);
    }

    private static ulong Now(uint clock)
    {
        if (clock == RealTime)
        {
            return (ulong)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        }

        // The origin is read first: its first reading may be what sets it, and the clock must not start before it.
        long origin = Origin;
        long elapsed = Stopwatch.GetTimestamp() - origin;
        return (ulong)((UInt128)(ulong)elapsed * 1_000_000_000 / (ulong)Stopwatch.Frequency);
    }

    /// <summary>The two clocks, read together, in nanoseconds.</summary>
    private readonly record struct Moment(ulong RealTime, ulong Monotonic);
}
