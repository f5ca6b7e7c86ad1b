using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime;

/// <summary>Carries what a guest writes in its worker to an embedder's stream, which is never disposed.</summary>
internal sealed class OutputPipe(Stream target) : IDisposable
{
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.In);
    private readonly byte[] _bytes = new byte[64 * 1024];
    private bool _isOver;

    /// <summary>The worker's end.</summary>
    internal SafeHandle WorkerEnd => _pipe.ClientSafePipeHandle;

    /// <summary>What to wait at; -1 once nothing more comes.</summary>
    internal int Number => _isOver ? -1 : (int)_pipe.SafePipeHandle.DangerousGetHandle();

    /// <summary>The worker has its end; without this the pipe would never end.</summary>
    internal void ReleaseWorkerEnd() => _pipe.DisposeLocalCopyOfClientHandle();

    /// <summary>Moves what is there. Waits when there is nothing.</summary>
    internal void Move()
    {
        int count = _pipe.Read(_bytes);
        if (count == 0)
        {
            Dispose();
            return;
        }

        try
        {
            target.Write(_bytes, 0, count);
            target.Flush();
        }
        catch (Exception)
        {
            // The stream takes no more, in whatever way it fails: the guest's next write is an error there.
            Dispose();
        }
    }

    /// <summary>Closes both ends.</summary>
    public void Dispose()
    {
        _isOver = true;
        _pipe.Dispose();
    }
}
