using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>What every kernel call is made of: a scope, operands, arguments, working memory, launches.</content>
internal sealed unsafe partial class CudaBackend
{
    private const int MaxOperands = 8;

    private DroppableBlock? _scratch;
    private bool _isScratchInUse;
    private readonly Operand[] _operands = new Operand[MaxOperands];
    private int _operandCount;
    private bool _isKernel;

    /// <summary>The arguments of the next launch, none yet.</summary>
    private KernelArguments Arguments => _arguments.Clear();

    /// <summary>Starts a kernel call; the scope ends it.</summary>
    /// <param name="nanoseconds">About how long the device takes for what is launched up to the next
    /// <see cref="ContinueKernel"/>, at most 100 ms; too much only makes callers wait.</param>
    private KernelScope StartKernel(long nanoseconds) => Start(isKernel: true, nanoseconds);

    /// <summary>Starts work of the stream that is no kernel.</summary>
    private KernelScope StartCopy(long nanoseconds) => Start(isKernel: false, nanoseconds);

    /// <summary>
    /// Between the launches of a call that takes long: looks at the deadline, and waits while much is queued.
    /// </summary>
    /// <param name="nanoseconds">About how long the next part takes.</param>
    private void ContinueKernel(long nanoseconds)
    {
        _queue.End();
        _deadline.ThrowIfPassed();
        _queue.Begin(_isKernel, nanoseconds);
    }

    /// <summary>The device's address of an operand that this call reads. Inside a kernel scope.</summary>
    private ulong Input(GpuBuffer buffer) => Touch(Own(buffer), isWritten: false);

    /// <summary>The device's address of an operand that this call writes, and may read. Inside a kernel scope.</summary>
    private ulong Output(GpuBuffer buffer)
    {
        CudaBuffer own = Own(buffer);
        own.WriteCount++;
        return Touch(own, isWritten: true);
    }

    /// <summary>
    /// Working memory of this call, uninitialised, aligned to 256 bytes. One block: a call that needs several parts
    /// asks for their sum. It belongs to the device's budget, is kept for the next call, and is given up first.
    /// </summary>
    /// <exception cref="GpuException">There is no memory for it.</exception>
    private ulong Scratch(ulong sizeBytes)
    {
        Check.That(!_isScratchInUse);
        if (_scratch is { } kept && kept.TryUse())
        {
            if (kept.SizeBytes >= sizeBytes)
            {
                _isScratchInUse = true;
                return kept.Pointer;
            }

            kept.EndUse();
        }

        FreeScratch();

        // The least size spares a growing guest many small steps.
        const ulong LeastBytes = 1 << 16;
        _scratch = _device.DeviceMemory.AllocateDroppable(Math.Max(sizeBytes, LeastBytes), _queue);
        _isScratchInUse = true;
        return _scratch.Pointer;
    }

    /// <summary>Launches a kernel on the session's stream.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="gridBlocks">The number of blocks.</param>
    /// <param name="blockThreads">Threads of a block.</param>
    /// <param name="arguments">Its arguments: <c>Arguments.Add(...).Add(...)</c>.</param>
    /// <param name="dynamicSharedBytes">Dynamic shared memory of a block.</param>
    /// <exception cref="GpuException">The launch failed.</exception>
    private void Launch(
        KernelName kernel,
        uint gridBlocks,
        uint blockThreads,
        KernelArguments arguments,
        uint dynamicSharedBytes = 0)
    {
        Launch(kernel, gridBlocks, 1, blockThreads, arguments, dynamicSharedBytes);
    }

    /// <summary>Launches a kernel on a grid of two dimensions (the second up to 65,535).</summary>
    private void Launch(
        KernelName kernel,
        uint gridBlocksX,
        uint gridBlocksY,
        uint blockThreads,
        KernelArguments arguments,
        uint dynamicSharedBytes = 0)
    {
        Check.That(dynamicSharedBytes <= 48 << 10 || dynamicSharedBytes <= kernel.MaxDynamicSharedBytes);
        nint function = _device.Kernels.Get(kernel);
        CuResult status = CudaDriver.cuLaunchKernel(
            function,
            gridBlocksX,
            gridBlocksY,
            1,
            blockThreads,
            1,
            1,
            dynamicSharedBytes,
            _queue.Stream,
            arguments.Table,
            null);
        if (status != CuResult.Success)
        {
            GpuError error = _context.ToError(status, nameof(CudaDriver.cuLaunchKernel));
            throw new GpuException(error with { Message = $"{kernel.Function}: {error.Message}" });
        }
    }

    private KernelScope Start(bool isKernel, long nanoseconds)
    {
        Enter();
        _isKernel = isKernel;
        _queue.Begin(isKernel, nanoseconds);
        return new KernelScope(this);
    }

    private ulong Touch(CudaBuffer buffer, bool isWritten)
    {
        Check.That(_operandCount < MaxOperands);
        bool isRaw = buffer.IsRaw;
        if (isRaw)
        {
            ZeroRaw(buffer);
        }

        _operands[_operandCount++] = new Operand(buffer, isWritten || isRaw);
        return buffer.Pointer;
    }

    private void EndKernel()
    {
        for (int i = 0; i < _operandCount; i++)
        {
            // The last part of the call, whichever part used the operand.
            Operand operand = _operands[i];
            operand.Buffer.LastUse = _queue.Issued;
            operand.Buffer.LastWrite = operand.IsWritten ? _queue.Issued : operand.Buffer.LastWrite;
        }

        _operandCount = 0;
        if (_isScratchInUse)
        {
            _isScratchInUse = false;
            _scratch!.EndUse();
        }

        _queue.End();
    }

    private void FreeScratch()
    {
        if (_scratch is { } block)
        {
            _scratch = null;
            _device.DeviceMemory.Free(block);
        }
    }

    /// <summary>A kernel call, from <see cref="StartKernel"/> to the end of the scope.</summary>
    private readonly ref struct KernelScope(CudaBackend backend)
    {
        public void Dispose() => backend.EndKernel();
    }

    private readonly record struct Operand(CudaBuffer Buffer, bool IsWritten);
}
