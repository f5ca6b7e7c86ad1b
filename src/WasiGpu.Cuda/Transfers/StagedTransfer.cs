using System.Runtime.ExceptionServices;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// One large transfer through staging slots, in pieces: the caller and threads of the pool take them in turn, since
/// one processor copies memory at a fraction of the bus's speed. Threads that the pool does not start in time are
/// not waited for.
/// </summary>
internal sealed unsafe class StagedTransfer : IThreadPoolWorkItem
{
    private const int MostThreads = 8;

    // Each copy costs the bus a microsecond or two; where pieces are few, smaller ones keep all threads busy. On an
    // H200, a program with these calls alone moves 256 MiB in pieces of 2 MiB at 48.5 GB/s either way, in pieces of
    // 1 MiB at 46, of 512 KiB at 28 to 42; through a guest it is 42.
    private const ulong LeastLargeBytes = 32 << 20;

    private readonly CudaDevice _device;
    private readonly Deadline _deadline;
    private readonly nint _stream;
    private readonly byte* _host;
    private readonly ulong _target;
    private readonly ulong _sizeBytes;
    private readonly bool _isWrite;
    private readonly uint _pieceBytes;
    private readonly long _pieceCount;
    private long _nextPiece;
    private int _activeThreads;
    private ExceptionDispatchInfo? _failure;

    private StagedTransfer(
        CudaDevice device,
        Deadline deadline,
        nint stream,
        byte* host,
        ulong address,
        ulong sizeBytes,
        bool isWrite)
    {
        _device = device;
        _deadline = deadline;
        _stream = stream;
        _host = host;
        _target = address;
        _sizeBytes = sizeBytes;
        _isWrite = isWrite;
        _pieceBytes = sizeBytes >= LeastLargeBytes ? StagingSlot.HalfBytes : StagingSlot.HalfBytes / 2;
        _pieceCount = (long)((sizeBytes + _pieceBytes - 1) / _pieceBytes);
    }

    /// <summary>Transfers and waits for the end.</summary>
    /// <param name="device">The device; its context is current.</param>
    /// <param name="deadline">The guest's end of time.</param>
    /// <param name="stream">The session's stream for transfers.</param>
    /// <param name="host">The bytes in the host's memory.</param>
    /// <param name="address">The bytes on the device.</param>
    /// <param name="sizeBytes">How many; at least 1.</param>
    /// <param name="isWrite">Whether to the device.</param>
    internal static void Run(
        CudaDevice device,
        Deadline deadline,
        nint stream,
        byte* host,
        ulong address,
        ulong sizeBytes,
        bool isWrite)
    {
        new StagedTransfer(device, deadline, stream, host, address, sizeBytes, isWrite).Run();
    }

    /// <summary>Takes pieces on a thread of the pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        // Counted before it takes a piece: once no piece is left, the caller waits for those counted.
        Interlocked.Increment(ref _activeThreads);
        try
        {
            if (Volatile.Read(ref _nextPiece) < _pieceCount && _device.Context.TryMakeCurrent())
            {
                Work();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _activeThreads);
        }
    }

    private void Run()
    {
        int threads = (int)Math.Min(Math.Clamp(Environment.ProcessorCount / 2, 1, MostThreads), (_pieceCount + 1) / 2);
        for (int i = 1; i < threads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        Work();
        Patience patience = new();
        while (Volatile.Read(ref _activeThreads) != 0)
        {
            patience.Pause();
        }

        _failure?.Throw();
    }

    private void Work()
    {
        StagingSlot? slot = null;
        try
        {
            slot = _device.Staging.Rent();
            if (_isWrite)
            {
                WritePieces(slot);
            }
            else
            {
                ReadPieces(slot);
            }
        }
        catch (Exception e)
        {
            // The first failure ends the transfer: nobody takes further pieces.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            Interlocked.Exchange(ref _nextPiece, _pieceCount);
        }
        finally
        {
            if (slot is not null)
            {
                _device.Staging.Return(slot);
            }
        }
    }

    private void WritePieces(StagingSlot slot)
    {
        for (int half = 0; TryTake(out ulong start, out uint length); half ^= 1)
        {
            slot.Wait(half, _deadline);
            Buffer.MemoryCopy(_host + start, slot.Half(half), StagingSlot.HalfBytes, length);
            _device.Context.Ok(
                CudaDriver.cuMemcpyHtoDAsync_v2(_target + start, slot.Half(half), length, _stream));
            slot.MarkEnd(half, _stream);
        }

        slot.Wait(0, _deadline);
        slot.Wait(1, _deadline);
    }

    private void ReadPieces(StagingSlot slot)
    {
        int half = 0;
        bool hasPiece = TryTake(out ulong start, out uint length);
        if (hasPiece)
        {
            Fetch(slot, half, start, length);
        }

        while (hasPiece)
        {
            // The next piece is on its way while this one is copied.
            bool hasNext = TryTake(out ulong nextStart, out uint nextLength);
            if (hasNext)
            {
                Fetch(slot, half ^ 1, nextStart, nextLength);
            }

            slot.Wait(half, _deadline);
            Buffer.MemoryCopy(slot.Half(half), _host + start, length, length);
            (hasPiece, start, length) = (hasNext, nextStart, nextLength);
            half ^= 1;
        }
    }

    private void Fetch(StagingSlot slot, int half, ulong start, uint length)
    {
        _device.Context.Ok(CudaDriver.cuMemcpyDtoHAsync_v2(slot.Half(half), _target + start, length, _stream));
        slot.MarkEnd(half, _stream);
    }

    private bool TryTake(out ulong start, out uint length)
    {
        long piece = Interlocked.Increment(ref _nextPiece) - 1;
        if (piece < 0 || piece >= _pieceCount)
        {
            start = 0;
            length = 0;
            return false;
        }

        start = (ulong)piece * _pieceBytes;
        length = (uint)Math.Min(_pieceBytes, _sizeBytes - start);
        return true;
    }
}
