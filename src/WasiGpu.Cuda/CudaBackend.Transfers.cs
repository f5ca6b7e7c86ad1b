using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>Transfers between the host's memory and buffers.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <summary>Up to so many bytes, a copy to pinned memory costs less than anything else.</summary>
    private const uint MostSmallBytes = 64 << 10;

    /// <summary>The parts of the small slot: each holds small writes until they are done, the last one reads.</summary>
    private const int SmallParts = (int)(2 * StagingSlot.HalfBytes / MostSmallBytes);

    /// <summary>Up to so many bytes, a kernel delivers what another one has just written sooner than a copy.</summary>
    private const uint MostDeliveredBytes = 32 << 10;

    /// <summary>The same where the bytes do not lie at a multiple of 16: the kernel stores them one by one.</summary>
    private const uint MostOddDeliveredBytes = 2 << 10;

    private const uint DeliverBlockThreads = 256;

    /// <summary>The device looks at the deadline after so many bytes: 2 ms on a bus of 32 GB/s.</summary>
    private const ulong MostDirectBytes = 64 << 20;

    private static readonly KernelName DeliverKernel = new("transfers", "transfers_deliver");

    private readonly ulong[] _smallPartUses = new ulong[SmallParts];
    private int _smallPart;
    private uint _smallPartFill;
    private StagingSlot? _small;
    private uint _deliveries;
    private HostMemory? _lastMemory;
    private GuestMemoryMap? _lastMap;

    /// <inheritdoc/>
    public void Write(GpuBuffer target, ulong offset, HostRange source)
    {
        Check.Valid(BufferRules.CheckRange("buffer", target, offset, source.LengthBytes));
        CudaBuffer own = Own(target);
        Enter();
        if (source.LengthBytes == 0)
        {
            return;
        }

        own.WriteCount++;
        bool isReplaced = own.IsRaw
            && source.LengthBytes == own.SizeBytes
            && own.SizeBytes % CudaBuffer.PaddingBytes == 0;
        if (isReplaced)
        {
            own.IsRaw = false;
        }

        ZeroIfRaw(own);
        try
        {
            Write(own, own.Pointer + offset, source);
        }
        catch
        {
            // What nothing has replaced is never shown.
            own.IsRaw = isReplaced;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Read(GpuBuffer source, ulong offset, HostRange target)
    {
        Check.Valid(BufferRules.CheckRange("buffer", source, offset, target.LengthBytes));
        CudaBuffer own = Own(source);
        Enter();
        if (target.LengthBytes == 0)
        {
            return;
        }

        ZeroIfRaw(own);
        if (IsSmall(target))
        {
            ReadSmall(own, own.Pointer + offset, target.Pointer, (uint)target.LengthBytes);
            return;
        }

        _queue.Wait(own.LastWrite);
        TransferLarge(target, own.Pointer + offset, isWrite: false);
    }

    /// <summary>
    /// Forcing direct transfers forces them for small ones too: the sizes of tests are small.
    /// </summary>
    private bool IsSmall(HostRange range)
    {
        return range.LengthBytes <= MostSmallBytes
            && (_device.TransferMode != TransferMode.Direct || range.Memory is null);
    }

    private void Write(CudaBuffer target, ulong address, HostRange source)
    {
        if (IsSmall(source))
        {
            WriteSmall(target, address, source.Pointer, (uint)source.LengthBytes);
            return;
        }

        _queue.Wait(target.LastUse);
        TransferLarge(source, address, isWrite: true);
    }

    private void WriteSmall(CudaBuffer target, ulong address, byte* source, uint lengthBytes)
    {
        byte* staged = TakeSmall(lengthBytes);
        Buffer.MemoryCopy(source, staged, lengthBytes, lengthBytes);

        // Among the kernels it waits for all of them, which is right where they use the buffer, or are done.
        bool isIdle = _queue.IsDone(_queue.Last);
        if (!isIdle && _queue.IsDone(target.LastUse))
        {
            _context.Ok(CudaDriver.cuMemcpyHtoDAsync_v2(address, staged, lengthBytes, _copyStream));
            WaitForCopies();
            return;
        }

        using KernelScope scope = StartCopy(CopyNanoseconds(lengthBytes));
        _ = Touch(target, isWritten: true);
        _smallPartUses[_smallPart] = _queue.Issued;
        _context.Ok(CudaDriver.cuMemcpyHtoDAsync_v2(address, staged, lengthBytes, _queue.Stream));
    }

    private void ReadSmall(CudaBuffer source, ulong address, byte* target, uint lengthBytes)
    {
        StagingSlot small = Small();
        byte* staged = SmallPart(SmallParts - 1);
        bool isBehind = source.LastWrite == _queue.Last && !_queue.IsKnownDone(source.LastWrite);
        uint mostDelivered = address % 16 == 0 ? MostDeliveredBytes : MostOddDeliveredBytes;
        if (isBehind && lengthBytes <= mostDelivered && small.IsPinned)
        {
            Deliver(address, staged, lengthBytes);
        }
        else if (isBehind && !_queue.IsDone(source.LastWrite))
        {
            // Right behind the work that writes it: one wait for both.
            using (StartCopy(CopyNanoseconds(lengthBytes)))
            {
                _context.Ok(CudaDriver.cuMemcpyDtoHAsync_v2(staged, address, lengthBytes, _queue.Stream));
            }

            _queue.Wait(_queue.Issued);
        }
        else
        {
            _queue.Wait(source.LastWrite);
            _context.Ok(CudaDriver.cuMemcpyDtoHAsync_v2(staged, address, lengthBytes, _copyStream));
            WaitForCopies();
        }

        Buffer.MemoryCopy(staged, target, lengthBytes, lengthBytes);
    }

    /// <summary>Lets a kernel store bytes in pinned memory, behind the work queued so far, and waits for them.</summary>
    private void Deliver(ulong address, byte* staged, uint lengthBytes)
    {
        uint* flag = (uint*)(staged + MostDeliveredBytes);
        uint value = ++_deliveries;
        using (StartCopy(CopyNanoseconds(lengthBytes)))
        {
            // The device knows pinned memory by the host's address.
            Launch(
                DeliverKernel,
                1,
                DeliverBlockThreads,
                Arguments.Add(address).Add((ulong)staged).Add(lengthBytes).Add((ulong)flag).Add(value));
        }

        _queue.Wait(_queue.Issued, flag, value);
    }

    private StagingSlot Small()
    {
        if (_small is null)
        {
            _small = _device.Staging.Rent();

            // What an earlier session was given here is no delivery of this one.
            *(uint*)(SmallPart(SmallParts - 1) + MostDeliveredBytes) = 0;
        }

        return _small;
    }

    /// <summary>Pinned memory for a small write; waits where the device still reads what it held.</summary>
    private byte* TakeSmall(uint lengthBytes)
    {
        const uint Alignment = 16;
        _ = Small();
        if (_smallPartFill + lengthBytes > MostSmallBytes)
        {
            _smallPart = (_smallPart + 1) % (SmallParts - 1);
            _smallPartFill = 0;
            _queue.Wait(_smallPartUses[_smallPart]);
        }

        byte* place = SmallPart(_smallPart) + _smallPartFill;
        _smallPartFill += (lengthBytes + Alignment - 1) & ~(Alignment - 1);
        return place;
    }

    private byte* SmallPart(int part) => _small!.Half(0) + ((nuint)part * MostSmallBytes);

    /// <summary>Transfers a range of any size; the device is done with the host's memory when this returns.</summary>
    private void TransferLarge(HostRange range, ulong address, bool isWrite)
    {
        byte* host = range.Pointer;
        ulong left = range.LengthBytes;
        GuestMemoryMap? map = FindMap(range);
        while (left > 0)
        {
            bool isRegistered = false;
            ulong piece = map?.FindPiece(host, left, out isRegistered) ?? left;
            if (isRegistered)
            {
                piece = Math.Min(piece, MostDirectBytes);
                TransferDirect(host, address, piece, isWrite);
            }
            else
            {
                StagedTransfer.Run(_device, _deadline, _copyStream, host, address, piece, isWrite);
            }

            host += piece;
            address += piece;
            left -= piece;
        }
    }

    private GuestMemoryMap? FindMap(HostRange range)
    {
        if (range.Memory is not { } memory || _device.TransferMode == TransferMode.Staged)
        {
            return null;
        }

        if (memory != _lastMemory)
        {
            _lastMap = _device.GuestMemories.Get(memory);
            _lastMemory = memory;
        }

        _lastMap!.Note(range.Pointer, range.LengthBytes, isForced: _device.TransferMode == TransferMode.Direct);
        return _lastMap;
    }

    private void TransferDirect(byte* host, ulong address, ulong lengthBytes, bool isWrite)
    {
        _deadline.ThrowIfPassed();
        _context.Ok(isWrite
            ? CudaDriver.cuMemcpyHtoDAsync_v2(address, host, (nuint)lengthBytes, _copyStream)
            : CudaDriver.cuMemcpyDtoHAsync_v2(host, address, (nuint)lengthBytes, _copyStream));
        try
        {
            WaitForCopies();
        }
        catch (DeadlineException)
        {
            // The guest's memory is in the device's hands for some milliseconds more.
            if (!TryDrainCopies(MostDrainTime))
            {
                _context.Lose("a copy did not end within 0.5 s: the device does not answer");
            }

            throw;
        }
    }

    private void WaitForCopies()
    {
        _context.Ok(CudaDriver.cuEventRecord(_copyEnd, _copyStream));
        Patience patience = new();
        CuResult status;
        while ((status = CudaDriver.cuEventQuery(_copyEnd)) == CuResult.NotReady)
        {
            _deadline.ThrowIfPassed();
            patience.Pause();
        }

        _context.Ok(status, nameof(CudaDriver.cuEventQuery));
    }

    /// <summary>Waits for the copies, at most so long; never throws.</summary>
    private bool TryDrainCopies(TimeSpan limit)
    {
        Patience patience = new();
        while (!_context.IsLost && CudaDriver.cuStreamQuery(_copyStream) == CuResult.NotReady)
        {
            if (patience.Elapsed > limit)
            {
                return false;
            }

            patience.Pause();
        }

        return true;
    }
}
