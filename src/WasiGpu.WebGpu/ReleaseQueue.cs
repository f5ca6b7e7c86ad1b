using System.Collections.Concurrent;

namespace WasiGpu.WebGpu;

/// <summary>
/// The thread that releases the objects of one device. A release can block for as long as the device works, and
/// finalizers may not wait. The thread ends after <see cref="Close"/>, when the last object is released, or with the
/// process.
/// </summary>
internal sealed unsafe class ReleaseQueue
{
    /// <summary>The longest that the end of the process waits for what is to be released.</summary>
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(1);

    // Never disposed: finalizers may post until the last object is gone, and the collection holds no system resource
    // that outlives it.
    private readonly BlockingCollection<(nint Pointer, nint Release)> _released = [];
    private long _liveHandles;
    private readonly Thread _thread;
    private volatile bool _isClosed;
    private volatile bool _isExiting;

    internal ReleaseQueue()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "webgpu releases" };
        _thread.Start();
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>The number of objects not yet released.</summary>
    internal long LiveHandles => Interlocked.Read(ref _liveHandles);

    /// <summary>Whether nothing waits to be released.</summary>
    internal bool IsEmpty => _released.Count == 0;

    internal void Add() => Interlocked.Increment(ref _liveHandles);

    /// <summary>Lets the thread release an object that <see cref="Add"/> counted.</summary>
    internal void Post(nint pointer, delegate*<nint, void> release) => _released.Add((pointer, (nint)release));

    /// <summary>No more objects will be made.</summary>
    internal void Close()
    {
        _isClosed = true;
        _released.Add((0, 0));
    }

    // A driver takes itself down when the process ends, and crashes where a thread is inside it at that time.
    private void OnProcessExit(object? sender, EventArgs arguments)
    {
        _isExiting = true;
        _released.Add((0, 0));
        _thread.Join(ExitLimit);
    }

    private void Run()
    {
        foreach ((nint pointer, nint release) in _released.GetConsumingEnumerable())
        {
            if (pointer != 0)
            {
                ((delegate*<nint, void>)release)(pointer);
                Interlocked.Decrement(ref _liveHandles);
            }

            if (_isClosed && LiveHandles == 0)
            {
                AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
                return;
            }

            if (_isExiting && pointer == 0)
            {
                return;
            }
        }
    }
}
