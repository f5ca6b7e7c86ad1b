using System.Diagnostics;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// A session's stream and what is queued on it. Each piece of work has a number; its end is an event in a ring, so
/// that a transfer can wait for the last work on its own buffer and for nothing else. The time of kernels is taken
/// from the same events, without a wait.
/// </summary>
/// <remarks>
/// <para>
/// Events cost the caller and the device about as much as a small kernel. So a kernel that is queued behind other work
/// begins, for the clock, where that work ends; only one that finds the stream idle has an event at its start. And
/// small work of many pieces, such as the zeroing of new buffers, has no event until somebody wants to wait for it.
/// </para>
/// <para>
/// What is queued is bounded, by number and by estimated time: the end of a guest cannot take back what the device
/// was given, and has to wait for it. A full queue makes the caller wait, looking at its deadline; the driver's own
/// queue would make it wait too, without.
/// </para>
/// </remarks>
internal sealed unsafe class WorkQueue
{
    private const int Capacity = 256;
    private const long MaxQueuedNanoseconds = 200_000_000;

    /// <summary>What is queued at most: the event at the end of the last work that is done is needed as well, where
    /// the next kernel begins.</summary>
    private const int MaxQueued = Capacity - 1;

    /// <summary>A full queue is waited for until so many pieces are left: one wait for many calls.</summary>
    private const int RefillAt = Capacity * 3 / 4;

    private const int MaxUnmarked = 64;

    /// <summary>
    /// A kernel that comes so soon behind other work is taken to follow it without a gap: to ask whether there is one
    /// takes as long as most of them last.
    /// </summary>
    private static readonly long BurstTicks = Stopwatch.Frequency / 500_000;

    private readonly CudaContext _context;
    private readonly Deadline _deadline;
    private readonly Entry[] _entries = new Entry[Capacity];
    private nint _stream;
    private ulong _issued;
    private ulong _completed;
    private int _unmarked;
    private long _unmarkedNanoseconds;
    private long _queuedNanoseconds;
    private long _lastEnd;
    private double _kernelMilliseconds;
    private bool _isCapturing;

    internal WorkQueue(CudaContext context, Deadline deadline)
    {
        _context = context;
        _deadline = deadline;
        nint stream;
        context.Ok(CudaDriver.cuStreamCreate(&stream, CudaDriver.StreamNonBlocking));
        _stream = stream;
    }

    /// <summary>The stream.</summary>
    internal nint Stream => _stream;

    /// <summary>The number of the work that was begun last.</summary>
    internal ulong Issued => _issued;

    /// <summary>The number of the last work of any kind.</summary>
    internal ulong Last => _unmarked > 0 ? _issued + 1 : _issued;

    /// <summary>The time of the kernels that are known to be done.</summary>
    internal TimeSpan KernelTime => TimeSpan.FromMilliseconds(Volatile.Read(ref _kernelMilliseconds));

    /// <summary>Begins a piece of work; <see cref="End"/> follows, also where it fails.</summary>
    /// <param name="isKernel">Whether its time counts.</param>
    /// <param name="nanoseconds">About how long the device takes for it; too much only makes callers wait.</param>
    internal void Begin(bool isKernel, long nanoseconds)
    {
        if (_isCapturing)
        {
            return;
        }

        bool isFull = _issued - _completed >= MaxQueued
            || (_queuedNanoseconds + nanoseconds > MaxQueuedNanoseconds && _issued != _completed);
        if (isFull)
        {
            MakeRoom(nanoseconds);
        }

        ref Entry entry = ref _entries[(_issued + 1) % Capacity];
        if (entry.End == 0)
        {
            entry.End = CreateEvent();
        }

        entry.IsChained = isKernel && IsBusy();
        if (isKernel && !entry.IsChained)
        {
            if (entry.Start == 0)
            {
                entry.Start = CreateEvent();
            }

            _context.Ok(CudaDriver.cuEventRecord(entry.Start, _stream));
        }

        entry.IsKernel = isKernel;
        entry.Nanoseconds = nanoseconds + _unmarkedNanoseconds;
        _queuedNanoseconds += entry.Nanoseconds;
        _unmarked = 0;
        _unmarkedNanoseconds = 0;
        _issued++;
    }

    /// <summary>Ends the piece of work that was begun last; never throws: a failure shows at the next wait.</summary>
    internal void End()
    {
        if (!_context.IsLost && !_isCapturing)
        {
            nint end = _entries[_issued % Capacity].End;
            _ = _context.Note(CudaDriver.cuEventRecord(end, _stream));
            _lastEnd = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Waits until the stream is idle and then captures work instead of queueing it.</summary>
    /// <param name="enqueue">Queues the work; nothing may wait for it.</param>
    /// <returns>The driver's handle of the graph.</returns>
    internal nint Capture(Action enqueue)
    {
        Wait(Last);
        _context.Ok(CudaDriver.cuStreamBeginCapture_v2(_stream, CudaDriver.CaptureRelaxed));
        _isCapturing = true;
        nint graph = 0;
        bool isQueued = false;
        try
        {
            enqueue();
            isQueued = true;
        }
        finally
        {
            _isCapturing = false;
            CuResult status = CudaDriver.cuStreamEndCapture(_stream, &graph);
            if (isQueued)
            {
                _context.Ok(status, nameof(CudaDriver.cuStreamEndCapture));
            }
            else if (status == CuResult.Success)
            {
                _ = CudaDriver.cuGraphDestroy(graph);
            }
        }

        return graph;
    }

    /// <summary>Takes note of small work that was just queued outside a piece: it ends with the next one.</summary>
    /// <param name="nanoseconds">About how long the device takes for it.</param>
    /// <returns>The number of the piece that it ends with.</returns>
    internal ulong Add(long nanoseconds)
    {
        ulong number = _issued + 1;
        _unmarked++;
        _unmarkedNanoseconds += nanoseconds;
        if (_unmarked >= MaxUnmarked)
        {
            Mark();
        }

        return number;
    }

    /// <summary>Whether a piece of work, and all before it, was done when the device was last asked.</summary>
    internal bool IsKnownDone(ulong number) => number <= _completed;

    /// <summary>Whether a piece of work, and all before it, is done.</summary>
    /// <exception cref="GpuException">The device is lost.</exception>
    internal bool IsDone(ulong number)
    {
        if (number <= _completed)
        {
            return true;
        }

        if (number > _issued)
        {
            Mark();
        }

        return IsPast(number);
    }

    /// <summary>Waits until a piece of work, and all before it, is done.</summary>
    /// <exception cref="GpuException">The device is lost.</exception>
    /// <exception cref="DeadlineException">The guest's time passed.</exception>
    internal void Wait(ulong number)
    {
        if (IsDone(number))
        {
            return;
        }

        Patience patience = new();
        do
        {
            _deadline.ThrowIfPassed();
            patience.Pause();
        }
        while (!IsPast(number));
    }

    /// <summary>Waits until the device has set a word of pinned memory, which it does at the end of a piece of work:
    /// that is seen sooner than the end itself.</summary>
    /// <param name="number">The piece of work.</param>
    /// <param name="flag">The word.</param>
    /// <param name="value">What it is set to.</param>
    /// <exception cref="GpuException">The device is lost.</exception>
    /// <exception cref="DeadlineException">The guest's time passed.</exception>
    internal void Wait(ulong number, uint* flag, uint value)
    {
        const int LooksAtOnce = 64;
        Patience patience = new();
        while (true)
        {
            for (int i = 0; i < LooksAtOnce; i++)
            {
                if (Volatile.Read(ref *flag) == value)
                {
                    return;
                }

                Thread.SpinWait(1);
            }

            // Work that fails sets nothing.
            if (IsDone(number))
            {
                return;
            }

            _deadline.ThrowIfPassed();
            patience.Pause();
        }
    }

    /// <summary>Takes note of what is done by now, without waiting and without throwing.</summary>
    internal void TryCollect()
    {
        if (_stream == 0 || _completed == _issued || !_context.TryMakeCurrent())
        {
            return;
        }

        ulong number = _completed;
        while (number != _issued
            && CudaDriver.cuEventQuery(_entries[(number + 1) % Capacity].End) == CuResult.Success)
        {
            number++;
        }

        Complete(number);
    }

    /// <summary>Waits for all work, at most so long; never throws.</summary>
    /// <returns>Whether the stream is idle, or will never be because the device is lost.</returns>
    internal bool TryDrain(TimeSpan limit)
    {
        Patience patience = new();
        while (!_context.IsLost && CudaDriver.cuStreamQuery(_stream) == CuResult.NotReady)
        {
            if (patience.Elapsed > limit)
            {
                return false;
            }

            patience.Pause();
        }

        return true;
    }

    /// <summary>Frees the stream and the events; the driver does so once the stream is idle.</summary>
    internal void Free()
    {
        foreach (Entry entry in _entries)
        {
            if (entry.End != 0)
            {
                _ = CudaDriver.cuEventDestroy_v2(entry.End);
            }

            if (entry.Start != 0)
            {
                _ = CudaDriver.cuEventDestroy_v2(entry.Start);
            }
        }

        Array.Clear(_entries);
        _ = CudaDriver.cuStreamDestroy_v2(_stream);
        _stream = 0;
    }

    private void MakeRoom(long nanoseconds)
    {
        ulong number = _completed;
        long left = _queuedNanoseconds;
        do
        {
            number++;
            left -= _entries[number % Capacity].Nanoseconds;
        }
        while (number != _issued && (_issued - number > RefillAt || left + nanoseconds > MaxQueuedNanoseconds));

        Wait(number);
    }

    /// <summary>Ends work that has no event yet.</summary>
    private void Mark()
    {
        Begin(isKernel: false, 0);
        End();
    }

    /// <summary>Whether a kernel that is queued now begins where the last piece of work ends.</summary>
    private bool IsBusy()
    {
        return _completed != _issued
            && _unmarked == 0
            && (Stopwatch.GetTimestamp() - _lastEnd < BurstTicks || !IsPast(_issued));
    }

    /// <summary>Asks the driver whether a piece of work is done, and with it all before it.</summary>
    private bool IsPast(ulong number)
    {
        CuResult status = CudaDriver.cuEventQuery(_entries[number % Capacity].End);
        if (status == CuResult.NotReady)
        {
            return false;
        }

        _context.Ok(status, nameof(CudaDriver.cuEventQuery));
        Complete(number);
        return true;
    }

    /// <summary>Takes note that all work up to a piece is done.</summary>
    private void Complete(ulong number)
    {
        while (_completed < number)
        {
            ref Entry first = ref _entries[(_completed + 1) % Capacity];
            nint start = first.IsChained ? _entries[_completed % Capacity].End : first.Start;
            bool isKernel = first.IsKernel;
            _queuedNanoseconds -= first.Nanoseconds;
            _completed++;

            // Kernels one behind the other are measured together.
            while (isKernel && _completed < number && _entries[(_completed + 1) % Capacity].IsChained)
            {
                _completed++;
                _queuedNanoseconds -= _entries[_completed % Capacity].Nanoseconds;
            }

            if (isKernel)
            {
                AddKernelTime(start, _entries[_completed % Capacity].End);
            }
        }
    }

    private void AddKernelTime(nint start, nint end)
    {
        float milliseconds;
        if (CudaDriver.cuEventElapsedTime(&milliseconds, start, end) == CuResult.Success)
        {
            Volatile.Write(ref _kernelMilliseconds, _kernelMilliseconds + Math.Max(0, milliseconds));
        }
    }

    private nint CreateEvent()
    {
        nint created;
        _context.Ok(CudaDriver.cuEventCreate(&created, CudaDriver.EventDefault));
        return created;
    }

    private struct Entry
    {
        internal nint Start;
        internal nint End;
        internal long Nanoseconds;
        internal bool IsKernel;

        /// <summary>Whether it is a kernel that begins where the piece before it ends.</summary>
        internal bool IsChained;
    }
}
