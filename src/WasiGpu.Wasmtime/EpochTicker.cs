using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// Advances an engine's epoch while some guest has an end set: at each tick guest code looks at its deadline. A
/// thread of its own, since an embedder may keep the thread pool busy with guests.
/// </summary>
internal sealed class EpochTicker(WasmtimeHandle engine) : IDisposable
{
    /// <summary>Time between ticks: how late a guest can notice its end.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _isNeeded = new();
    private readonly ManualResetEventSlim _isOver = new();
    private Thread? _thread;
    private int _users;

    /// <summary>Starts the ticks; to be matched by <see cref="Leave"/>.</summary>
    internal void Enter()
    {
        lock (_lock)
        {
            if (++_users == 1)
            {
                _isNeeded.Set();
            }

            if (_thread is null)
            {
                _thread = new Thread(Tick) { IsBackground = true, Name = "wasi-gpu epochs" };
                _thread.Start();
            }
        }
    }

    /// <summary>Ends the ticks when nobody needs them any more.</summary>
    internal void Leave()
    {
        lock (_lock)
        {
            if (--_users == 0)
            {
                _isNeeded.Reset();
            }
        }
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _isOver.Set();
        _isNeeded.Set();
        _thread?.Join();
        _isOver.Dispose();
        _isNeeded.Dispose();
    }

    private void Tick()
    {
        while (!_isOver.Wait(Interval))
        {
            _isNeeded.Wait();
            WasmtimeApi.wasmtime_engine_increment_epoch(engine.Pointer);
        }
    }
}
