namespace WasiGpu.WebGpu;

/// <content>Buffers and transfers. The device moves whole words: bytes that share a word with bytes that must stay are
/// merged by small kernels.</content>
internal sealed unsafe partial class WebGpuBackend
{
    private const uint WordBytes = 4;

    /// <summary>Writes up to this size are recorded among the kernels; larger ones go through the queue.</summary>
    private const ulong MaxRecordedWriteBytes = 64 << 10;

    /// <summary>The most bytes moved between two looks at the deadline.</summary>
    private const ulong PieceBytes = 8 << 20;

    private const uint CopyGroupSize = 64;

    /// <inheritdoc/>
    public GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage)
    {
        Check.That(sizeBytes > 0);
        _device.Health.ThrowIfLost();
        if (!TryReserve(sizeBytes))
        {
            GpuException.ThrowOutOfMemory(sizeBytes, _device.Memory);
        }

        try
        {
            DeviceBuffer memory = _device.Pool.Rent(sizeBytes, out bool isZero);
            WebGpuBuffer buffer = new(sizeBytes, usage, memory) { HoldsOldBytes = !isZero };
            _buffers.Add(buffer);
            return buffer;
        }
        catch (Exception)
        {
            _device.Memory.Release(sizeBytes);
            throw;
        }
    }

    /// <inheritdoc/>
    public void DestroyBuffer(GpuBuffer buffer)
    {
        // A buffer that is not in the set is freed already: never twice.
        bool isAlive = buffer is WebGpuBuffer own && _buffers.Remove(own);
        Check.That(isAlive);
        if (isAlive)
        {
            Free((WebGpuBuffer)buffer);
        }
    }

    /// <inheritdoc/>
    public void Write(GpuBuffer target, ulong offset, HostRange source)
    {
        Check.Valid(BufferRules.CheckRange("buffer", target, offset, source.LengthBytes));
        StartKernel();
        if (source.LengthBytes == 0)
        {
            return;
        }

        DeviceBuffer memory = OwnToWrite(target).Memory;
        ulong end = offset + source.LengthBytes;
        ulong firstWhole = (offset + WordBytes - 1) & ~(ulong)(WordBytes - 1);
        ulong lastWhole = end & ~(ulong)(WordBytes - 1);
        if (offset != firstWhole || end != lastWhole)
        {
            WriteEdges(memory, offset, source.Pointer, source.LengthBytes);
        }

        if (firstWhole < lastWhole)
        {
            WriteWords(memory, firstWhole, source.Pointer + (firstWhole - offset), lastWhole - firstWhole);
        }
    }

    /// <inheritdoc/>
    public void Read(GpuBuffer source, ulong offset, HostRange target)
    {
        Check.Valid(BufferRules.CheckRange("buffer", source, offset, target.LengthBytes));
        StartKernel();
        if (target.LengthBytes == 0)
        {
            return;
        }

        try
        {
            ReadBytes(Own(source).Memory, offset, target.Pointer, target.LengthBytes);
        }
        catch (Exception)
        {
            _commands.DropDownloads();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Copy(
        GpuBuffer source,
        ulong sourceOffset,
        GpuBuffer target,
        ulong targetOffset,
        ulong sizeBytes)
    {
        Check.Valid(
            BufferRules.CheckRange("src", source, sourceOffset, sizeBytes)
            ?? BufferRules.CheckRange("dst", target, targetOffset, sizeBytes));
        StartKernel();
        if (sizeBytes == 0)
        {
            return;
        }

        DeviceBuffer from = Own(source).Memory;
        DeviceBuffer to = OwnToWrite(target).Memory;
        if (!ReferenceEquals(from, to))
        {
            CopyApart(from, sourceOffset, to, targetOffset, sizeBytes);
        }
        else if (sourceOffset != targetOffset)
        {
            CopyInside(from, sourceOffset, targetOffset, sizeBytes);
        }
    }

    private void Free(WebGpuBuffer buffer)
    {
        ForgetForestsOf(buffer);
        _device.Memory.Release(buffer.SizeBytes);
        _commands.Retire(buffer.Memory);
    }

    /// <summary>Writes the bytes before the first whole word of a range and those after the last.</summary>
    private void WriteEdges(DeviceBuffer target, ulong offset, byte* source, ulong sizeBytes)
    {
        ulong end = offset + sizeBytes;
        ulong firstWord = offset / WordBytes;
        ulong lastWord = (end - 1) / WordBytes;
        (uint firstMask, uint firstValue) = PartOfWord(firstWord, offset, end, source);
        (uint lastMask, uint lastValue) = PartOfWord(lastWord, offset, end, source);

        KernelPipeline pipeline = Pipeline("MergeBytes.wgsl", "merge", [], "w");
        if (firstMask != 0)
        {
            BufferView view = WordsAround(target, firstWord, out uint word);
            Dispatch(pipeline, [word, firstMask, firstValue], [view], 1, 1, 0.01);
        }

        if (lastMask != 0 && lastWord != firstWord)
        {
            BufferView view = WordsAround(target, lastWord, out uint word);
            Dispatch(pipeline, [word, lastMask, lastValue], [view], 1, 1, 0.01);
        }
    }

    /// <summary>The bytes of a range that lie in a word; a mask of 0 when the range holds the whole word.</summary>
    private static (uint Mask, uint Value) PartOfWord(ulong word, ulong offset, ulong end, byte* source)
    {
        ulong wordStart = word * WordBytes;
        uint mask = 0;
        uint value = 0;
        for (uint i = 0; i < WordBytes; i++)
        {
            ulong at = wordStart + i;
            if (at >= offset && at < end)
            {
                mask |= 0xFFu << (int)(8 * i);
                value |= (uint)source[at - offset] << (int)(8 * i);
            }
        }

        return mask == uint.MaxValue ? (0, 0) : (mask, value);
    }

    /// <summary>A binding that holds a word, and where it is in it.</summary>
    private BufferView WordsAround(DeviceBuffer buffer, ulong word, out uint wordInView)
    {
        ulong alignment = Limits.MinStorageBufferOffsetAlignment;
        ulong start = word * WordBytes / alignment * alignment;
        wordInView = (uint)(word - (start / WordBytes));
        return new BufferView(buffer, start, Math.Min(alignment, buffer.CapacityBytes - start));
    }

    private void WriteWords(DeviceBuffer target, ulong offset, byte* source, ulong sizeBytes)
    {
        if (sizeBytes <= MaxRecordedWriteBytes)
        {
            _commands.Write(target, offset, source, sizeBytes);
            return;
        }

        // What is recorded may use the old content: it goes first.
        _commands.Submit();
        for (ulong done = 0; done < sizeBytes; done += PieceBytes)
        {
            StartKernel();
            _commands.Upload(target, offset + done, source + done, Math.Min(PieceBytes, sizeBytes - done));
        }
    }

    private void ReadBytes(DeviceBuffer source, ulong offset, byte* target, ulong sizeBytes)
    {
        ulong done = 0;
        while (done < sizeBytes)
        {
            _deadline.ThrowIfPassed();
            ulong start = (offset + done) & ~(ulong)(WordBytes - 1);
            ulong skipped = offset + done - start;
            ulong count = Math.Min(PieceBytes - skipped, sizeBytes - done);
            ulong whole = (skipped + count + WordBytes - 1) & ~(ulong)(WordBytes - 1);
            _commands.Download(source, start, whole, (nint)(target + done), skipped, count);
            done += count;
        }

        _commands.FinishDownloads();
    }

    /// <summary>Copies between two buffers: whole words by the device, the rest by a kernel.</summary>
    private void CopyApart(
        DeviceBuffer source,
        ulong sourceOffset,
        DeviceBuffer target,
        ulong targetOffset,
        ulong sizeBytes)
    {
        if (sourceOffset % WordBytes != targetOffset % WordBytes)
        {
            CopyBytes(source, sourceOffset, target, targetOffset, sizeBytes);
            return;
        }

        ulong head = Math.Min((WordBytes - (sourceOffset % WordBytes)) % WordBytes, sizeBytes);
        ulong tail = (sizeBytes - head) % WordBytes;
        ulong middle = sizeBytes - head - tail;
        if (head > 0)
        {
            CopyBytes(source, sourceOffset, target, targetOffset, head);
        }

        if (tail > 0)
        {
            CopyBytes(source, sourceOffset + head + middle, target, targetOffset + head + middle, tail);
        }

        if (middle > 0)
        {
            CopyBuffer(
                new BufferView(source, sourceOffset + head, middle),
                new BufferView(target, targetOffset + head, middle));
        }
    }

    /// <summary>Copies by a kernel, in pieces that one binding can show.</summary>
    private void CopyBytes(
        DeviceBuffer source,
        ulong sourceOffset,
        DeviceBuffer target,
        ulong targetOffset,
        ulong sizeBytes)
    {
        KernelPipeline pipeline = Pipeline("CopyBytes.wgsl", "copy", [("group_size", CopyGroupSize)], "wr");
        ulong pieceBytes = Math.Min(PieceBytes, MaxViewElements * FloatBytes);
        for (ulong done = 0; done < sizeBytes; done += pieceBytes)
        {
            ulong count = Math.Min(pieceBytes, sizeBytes - done);
            BufferView from = BytesAround(source, sourceOffset + done, count, out uint sourceByte);
            BufferView to = BytesAround(target, targetOffset + done, count, out uint targetByte);
            uint words = (uint)(((targetByte % WordBytes) + count + WordBytes - 1) / WordBytes);
            uint groups = (words + CopyGroupSize - 1) / CopyGroupSize;
            uint groupsX = Math.Min(groups, 4096);
            uint groupsY = (groups + groupsX - 1) / groupsX;
            double milliseconds = 0.01 + (count / (IsSoftware ? 2e5 : 5e8));
            Dispatch(
                pipeline,
                [sourceByte, targetByte, (uint)count, groupsX],
                [to, from],
                groupsX,
                groupsY,
                milliseconds);
        }
    }

    /// <summary>A binding that holds a range of bytes, and where they begin in it.</summary>
    private BufferView BytesAround(DeviceBuffer buffer, ulong offset, ulong sizeBytes, out uint byteInView)
    {
        ulong alignment = Limits.MinStorageBufferOffsetAlignment;
        ulong start = offset / alignment * alignment;
        ulong end = (offset + sizeBytes + WordBytes - 1) & ~(ulong)(WordBytes - 1);
        byteInView = (uint)(offset - start);
        return new BufferView(buffer, start, end - start);
    }

    /// <summary>Copies inside one buffer as memmove does, by way of working memory, in the order of pieces in which none
    /// is overwritten before it is read.</summary>
    private void CopyInside(DeviceBuffer buffer, ulong sourceOffset, ulong targetOffset, ulong sizeBytes)
    {
        using ScratchLoan scratch = RentScratch(Math.Min(PieceBytes, sizeBytes) + (2 * WordBytes));
        ulong pieceCount = (sizeBytes + PieceBytes - 1) / PieceBytes;
        for (ulong i = 0; i < pieceCount; i++)
        {
            ulong piece = targetOffset < sourceOffset ? i : pieceCount - 1 - i;
            ulong done = piece * PieceBytes;
            ulong count = Math.Min(PieceBytes, sizeBytes - done);
            ulong from = sourceOffset + done;
            ulong start = from & ~(ulong)(WordBytes - 1);
            ulong skipped = from - start;
            ulong whole = (skipped + count + WordBytes - 1) & ~(ulong)(WordBytes - 1);
            CopyBuffer(new BufferView(buffer, start, whole), new BufferView(scratch.Buffer, 0, whole));
            CopyApart(scratch.Buffer, skipped, buffer, targetOffset + done, count);
        }
    }
}
