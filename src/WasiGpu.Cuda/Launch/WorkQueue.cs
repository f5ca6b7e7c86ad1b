using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// A session's stream and what is queued on it. Each piece of work has a number; its end is an event in a ring, so
/// that a transfer can wait for the last work on its own buffer and for nothing else. Kernels have an event at their
/// start too, by which their time is taken without a wait.
/// </summary>
/// <remarks>
/// What is queued is bounded, by number and by estimated time: the end of a guest cannot take back what the device
/// was given, and has to wait for it. A full queue makes the caller wait, looking at its deadline; the driver's own
/// queue would make it wait too, without.
/// </remarks>
internal sealed unsafe class WorkQueue
{
    private const int Capacity = 256;
    private const long MaxQueuedNanoseconds = 200_000_000;

    private readonly CudaContext _context;
    private readonly Deadline _deadline;
    private readonly Entry[] _entries = new Entry[Capacity];
    private nint _stream;
    private ulong _issued;
    private ulong _completed;
    private long _queuedNanoseconds;
    private double _kernelMilliseconds;

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

    /// <summary>The time of the kernels that are known to be done.</summary>
    internal TimeSpan KernelTime => TimeSpan.FromMilliseconds(Volatile.Read(ref _kernelMilliseconds));

    /// <summary>Begins a piece of work; <see cref="End"/> follows, also where it fails.</summary>
    /// <param name="isKernel">Whether its time counts.</param>
    /// <param name="nanoseconds">About how long the device takes for it; too much only makes callers wait.</param>
    internal void Begin(bool isKernel, long nanoseconds)
    {
        bool isFull = _issued - _completed == Capacity
            || (_queuedNanoseconds + nanoseconds > MaxQueuedNanoseconds && _issued != _completed);
        if (isFull)
        {
            MakeRoom(nanoseconds);
        }

        ref Entry entry = ref _entries[(_issued + 1) % Capacity];
        if (entry.End == 0)
        {
            CreateEvents(ref entry);
        }

        if (isKernel)
        {
            _context.Ok(CudaDriver.cuEventRecord(entry.Start, _stream));
        }

        entry.IsKernel = isKernel;
        entry.Nanoseconds = nanoseconds;
        _queuedNanoseconds += nanoseconds;
        _issued++;
    }

    /// <summary>Ends the piece of work that was begun last; never throws: a failure shows at the next wait.</summary>
    internal void End()
    {
        if (!_context.IsLost)
        {
            nint end = _entries[_issued % Capacity].End;
            _ = _context.Note(CudaDriver.cuEventRecord(end, _stream));
        }
    }

    /// <summary>Whether a piece of work, and all before it, is done.</summary>
    /// <exception cref="GpuException">The device is lost.</exception>
    internal bool IsDone(ulong number)
    {
        if (number > _completed)
        {
            Collect();
        }

        return number <= _completed;
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
        nint end = _entries[number % Capacity].End;
        while (true)
        {
            CuResult status = CudaDriver.cuEventQuery(end);
            if (status == CuResult.Success)
            {
                Collect();
                return;
            }

            if (status != CuResult.NotReady)
            {
                _context.Ok(status, nameof(CudaDriver.cuEventQuery));
            }

            _deadline.ThrowIfPassed();
            patience.Pause();
        }
    }

    /// <summary>Takes note of what is done by now, without waiting and without throwing.</summary>
    internal void TryCollect()
    {
        if (_stream != 0 && _completed != _issued && _context.TryMakeCurrent())
        {
            _ = Advance();
        }
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
                _ = CudaDriver.cuEventDestroy_v2(entry.Start);
            }
        }

        Array.Clear(_entries);
        _ = CudaDriver.cuStreamDestroy_v2(_stream);
        _stream = 0;
    }

    private void MakeRoom(long nanoseconds)
    {
        while (_issued != _completed
            && (_issued - _completed == Capacity || _queuedNanoseconds + nanoseconds > MaxQueuedNanoseconds))
        {
            Wait(_completed + 1);
        }
    }

    private void Collect()
    {
        CuResult status = Advance();
        if (status is not (CuResult.Success or CuResult.NotReady))
        {
            _context.Ok(status, nameof(CudaDriver.cuEventQuery));
        }
    }

    private CuResult Advance()
    {
        while (_completed != _issued)
        {
            ref Entry entry = ref _entries[(_completed + 1) % Capacity];
            CuResult status = CudaDriver.cuEventQuery(entry.End);
            if (status != CuResult.Success)
            {
                return status;
            }

            float milliseconds;
            if (entry.IsKernel
                && CudaDriver.cuEventElapsedTime(&milliseconds, entry.Start, entry.End) == CuResult.Success)
            {
                Volatile.Write(ref _kernelMilliseconds, _kernelMilliseconds + milliseconds);
            }

            _queuedNanoseconds -= entry.Nanoseconds;
            _completed++;
        }

        return CuResult.Success;
    }

    private void CreateEvents(ref Entry entry)
    {
        nint start;
        nint end;
        _context.Ok(CudaDriver.cuEventCreate(&start, CudaDriver.EventDefault));
        entry.Start = start;
        _context.Ok(CudaDriver.cuEventCreate(&end, CudaDriver.EventDefault));
        entry.End = end;
    }

    private struct Entry
    {
        internal nint Start;
        internal nint End;
        internal long Nanoseconds;
        internal bool IsKernel;
    }
}
