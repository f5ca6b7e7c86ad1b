using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace WasiGpu.Cpu;

/// <summary>
/// The worker threads of a device. A run uses the caller's thread and as many workers as are free and useful;
/// any number of guests may run at the same time. Few chunks stay on the caller's thread, without a hand-off
/// and without an allocation.
/// </summary>
internal sealed class CpuThreads : IDisposable
{
    /// <summary>Fewer chunks than this are done sooner than a worker wakes up.</summary>
    private const int MinChunksForWorkers = 4;

    private const int SpinsPerLook = 16;

    /// <summary>So long a thread looks for what comes next before it sleeps: kernels follow each other, and waking
    /// takes longer than their pauses.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMicroseconds(50);

    private readonly Lock _startLock = new();
    private readonly object _gate = new();
    private readonly List<Job> _waiting = [];
    private Thread[]? _workers;
    private int _waitingCount;
    private bool _isStopped;

    /// <summary>Workers start with the first run that has use for them.</summary>
    /// <param name="maxThreads">The most threads of a run, the caller's included.</param>
    internal CpuThreads(int maxThreads) => MaxThreads = maxThreads;

    /// <summary>The most threads of a run, the caller's included.</summary>
    internal int MaxThreads { get; }

    /// <summary>Runs all chunks and returns when they are done.</summary>
    /// <param name="work">The work.</param>
    /// <param name="chunkCount">How many chunks; may be 0.</param>
    /// <param name="deadline">Looked at before each chunk.</param>
    /// <exception cref="DeadlineException">The deadline passed; no chunk runs any more. The first exception
    /// of a chunk reaches the caller in the same way.</exception>
    internal void Run<TWork>(in TWork work, long chunkCount, Deadline deadline)
        where TWork : struct, IChunkWork
    {
        if (MaxThreads == 1 || chunkCount < MinChunksForWorkers)
        {
            for (long chunk = 0; chunk < chunkCount; chunk++)
            {
                deadline.ThrowIfPassed();
                work.Run(chunk, slot: 0);
            }

            return;
        }

        int helpers = (int)Math.Min(MaxThreads - 1, chunkCount - 1);
        RunOnWorkers(new Job<TWork>(in work, chunkCount, deadline, helpers));
    }

    /// <summary>Ends the workers; no run may be under way.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.PulseAll(_gate);
        }

        lock (_startLock)
        {
            foreach (Thread worker in _workers ?? [])
            {
                worker.Join();
            }

            _workers = null;
        }
    }

    private void RunOnWorkers(Job job)
    {
        StartWorkers();
        lock (_gate)
        {
            _waiting.Add(job);
            _waitingCount = _waiting.Count;
            Monitor.PulseAll(_gate);
        }

        job.Work(slot: 0);
        lock (_gate)
        {
            // A worker that comes only now must not find the job any more.
            _waiting.Remove(job);
            _waitingCount = _waiting.Count;
        }

        long start = Stopwatch.GetTimestamp();
        while (job.ActiveHelpers > 0 && Stopwatch.GetElapsedTime(start) < Patience)
        {
            Thread.SpinWait(SpinsPerLook);
        }

        lock (_gate)
        {
            while (job.ActiveHelpers > 0)
            {
                Monitor.Wait(_gate);
            }
        }

        job.Failure?.Throw();
    }

    private void StartWorkers()
    {
        if (Volatile.Read(ref _workers) is not null)
        {
            return;
        }

        lock (_startLock)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            if (_workers is null)
            {
                Thread[] workers = new Thread[MaxThreads - 1];
                for (int i = 0; i < workers.Length; i++)
                {
                    workers[i] = new Thread(WorkUntilStopped)
                    {
                        IsBackground = true,
                        Name = $"wasi-gpu cpu {i + 1}",
                    };
                    workers[i].Start();
                }

                Volatile.Write(ref _workers, workers);
            }
        }
    }

    private void WorkUntilStopped()
    {
        while (true)
        {
            Job job;
            int slot;
            lock (_gate)
            {
                while (_waiting.Count == 0 && !_isStopped)
                {
                    Monitor.Wait(_gate);
                }

                if (_isStopped)
                {
                    return;
                }

                job = _waiting[0];
                slot = job.TakeSlot();
                if (job.HelpersWanted == 0)
                {
                    _waiting.RemoveAt(0);
                    _waitingCount = _waiting.Count;
                }
            }

            job.Work(slot);
            lock (_gate)
            {
                job.ActiveHelpers--;
                if (job.ActiveHelpers == 0)
                {
                    Monitor.PulseAll(_gate);
                }
            }

            long start = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref _waitingCount) == 0 && Stopwatch.GetElapsedTime(start) < Patience)
            {
                Thread.SpinWait(SpinsPerLook);
            }
        }
    }

    private abstract class Job(long chunkCount, Deadline deadline, int helpers)
    {
        private long _nextChunk;
        private ExceptionDispatchInfo? _failure;
        private int _nextSlot = 1;
        private int _activeHelpers;

        /// <summary>Helpers that may still join; guarded by the gate.</summary>
        internal int HelpersWanted { get; private set; } = helpers;

        /// <summary>Helpers at work; changed by holders of the gate.</summary>
        internal int ActiveHelpers
        {
            get => Volatile.Read(ref _activeHelpers);
            set => Volatile.Write(ref _activeHelpers, value);
        }

        internal ExceptionDispatchInfo? Failure => Volatile.Read(ref _failure);

        internal int TakeSlot()
        {
            HelpersWanted--;
            ActiveHelpers++;
            return _nextSlot++;
        }

        /// <summary>Takes chunks until there are none or one has failed.</summary>
        internal void Work(int slot)
        {
            try
            {
                while (Failure is null)
                {
                    long chunk = Interlocked.Increment(ref _nextChunk) - 1;
                    if (chunk >= chunkCount)
                    {
                        return;
                    }

                    deadline.ThrowIfPassed();
                    RunChunk(chunk, slot);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }

        protected abstract void RunChunk(long chunk, int slot);
    }

    private sealed class Job<TWork>(in TWork work, long chunkCount, Deadline deadline, int helpers)
        : Job(chunkCount, deadline, helpers)
        where TWork : struct, IChunkWork
    {
        private readonly TWork _work = work;

        protected override void RunChunk(long chunk, int slot) => _work.Run(chunk, slot);
    }
}
