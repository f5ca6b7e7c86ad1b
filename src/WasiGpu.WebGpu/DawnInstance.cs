using System.Diagnostics;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// The one instance of Dawn in the process; it finds adapters and waits. It is never released: the system does that at
/// the process's end, and a release would wait for whatever the devices do.
/// </summary>
internal static unsafe class DawnInstance
{
    private const nuint MaxFutures = 64;

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(10);

    // A small kernel and its read take less than this; waking from a sleep would add tens of microseconds.
    private static readonly TimeSpan SpinTime = TimeSpan.FromMicroseconds(200);
    private static readonly Lock Gate = new();
    private static nint _pointer;

    /// <summary>The instance.</summary>
    /// <exception cref="GpuUnavailableException">Dawn cannot be loaded or gives none.</exception>
    internal static nint Pointer
    {
        get
        {
            lock (Gate)
            {
                if (_pointer == 0)
                {
                    _pointer = Create();
                }

                return _pointer;
            }
        }
    }

    /// <summary>Waits for an answer: a short spin, then slices between which the deadline is looked at.</summary>
    /// <param name="future">What Dawn gave for the call.</param>
    /// <param name="completion">What gets the answer.</param>
    /// <param name="deadline">The guest's deadline.</param>
    /// <param name="limit">The longest wait.</param>
    /// <returns>False when the limit passed first.</returns>
    /// <exception cref="DeadlineException">The deadline passed.</exception>
    internal static bool Wait(Dawn.Future future, DawnCompletion completion, Deadline deadline, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        while (!completion.IsDone)
        {
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            if (waited > limit)
            {
                return false;
            }

            Poll(future, waited < SpinTime ? TimeSpan.Zero : Slice);
            if (!completion.IsDone)
            {
                deadline.ThrowIfPassed();
            }
        }

        return true;
    }

    /// <summary>Lets Dawn deliver an answer that is there by now, or comes within the time given.</summary>
    internal static void Poll(Dawn.Future future, TimeSpan time)
    {
        Dawn.FutureWaitInfo info = new() { Future = future };
        _ = Dawn.wgpuInstanceWaitAny(_pointer, 1, &info, (ulong)time.TotalNanoseconds);
    }

    private static nint Create()
    {
        if (DawnLibrary.Load() is { } reason)
        {
            throw new GpuUnavailableException(reason);
        }

        Dawn.InstanceDescriptor descriptor = new() { TimedWaitAnyEnable = 1, TimedWaitAnyMaxCount = MaxFutures };
        nint instance = Dawn.wgpuCreateInstance(&descriptor);
        return instance != 0 ? instance : throw new GpuUnavailableException("Dawn gave no instance");
    }
}
