namespace WasiGpu.Fuzzing;

/// <summary>
/// One guest and the model beside it. After each call: the outcome is the one that the interface demands, no byte of
/// any buffer changed that the call may not change, and the host counts as the model does.
/// </summary>
internal sealed class FuzzSession(GuestModule module, IGpuDevice device) : IDisposable
{
    private FuzzGuest _guest = new(module, device);
    private readonly bool _isComponent = module.Description.Component is not null;

    /// <summary>What the guest must see.</summary>
    internal GuestModel Model { get; private set; } = new();

    public void Dispose() => _guest.Dispose();

    /// <summary>Makes the call and checks everything that it may not have touched.</summary>
    /// <param name="call">The call.</param>
    /// <param name="isThorough">Whether all buffers are compared, not only those of the call.</param>
    /// <returns>How the call ended.</returns>
    /// <exception cref="FuzzException">The host broke a rule.</exception>
    internal Expectation Step(FuzzCall call, bool isThorough)
    {
        Expectation expected = Oracle.Expect(call, Model);
        GuestTrap? trap = _guest.Run(call);
        if (trap is not null)
        {
            TakeTrap(call, expected, trap);
            return Expectation.Trap;
        }

        TakeAllocatorsCalls(call);
        Expectation actual = Outcome(call);
        if (actual != expected && !MayDiffer(call, expected, actual))
        {
            throw new FuzzException($"ended as {actual}, must end as {expected}");
        }

        if (actual == Expectation.Ok)
        {
            Apply(call);
        }

        Model.Pages = call.Allocator == AllocatorMode.Grow ? _guest.Pages() : Model.Pages;
        Compare(call, isThorough);
        return actual;
    }

    private void TakeTrap(FuzzCall call, Expectation expected, GuestTrap trap)
    {
        bool mayTrap = expected == Expectation.Trap
            || (call.Allocator != AllocatorMode.Honest && Oracle.NeedsAllocator(call, expected));
        if (!mayTrap || trap.Kind != GuestTrapKind.Trap)
        {
            throw new FuzzException($"trapped ({trap.Kind}: {trap.Message}), must end as {expected}");
        }

        if (trap.Message.Contains('\n', StringComparison.Ordinal))
        {
            throw new FuzzException($"the trap's message has several lines: {trap.Message}");
        }

        if (_isComponent)
        {
            // A component that trapped is over.
            _guest.Dispose();
            _guest = new FuzzGuest(module, device);
            Model = new GuestModel();
            return;
        }

        TakeAllocatorsCalls(call);
        Model.Pages = _guest.Pages();
        Compare(call, isThorough: true);
    }

    /// <summary>Buffers that the allocator created, destroyed or wrote while the host waited for it.</summary>
    private void TakeAllocatorsCalls(FuzzCall call)
    {
        if (call.Allocator is not (AllocatorMode.Destroy or AllocatorMode.Create or AllocatorMode.Kernel))
        {
            return;
        }

        for (int done = _guest.Done(); done > 0; done--)
        {
            switch (call.Allocator)
            {
                case AllocatorMode.Destroy:
                    Model.Destroy(call.Target);
                    break;
                case AllocatorMode.Create:
                    Model.Create(8);
                    break;
                default:
                    Take(call.Target, 0, 4);
                    break;
            }
        }
    }

    private Expectation Outcome(FuzzCall call)
    {
        if (call.Import.Name is "sync" or "get-device-info")
        {
            return Expectation.Ok;
        }

        uint ret = call.U32("ret");
        uint isError = _guest.Load32(ret) & 0xFF;
        if (isError == 0)
        {
            return Expectation.Ok;
        }

        GpuErrorKind kind = (GpuErrorKind)(_guest.Load32(ret + 4) & 0xFF);
        return isError != 1 ? throw new FuzzException($"the result's case is {isError}")
            : kind switch
            {
                GpuErrorKind.InvalidBuffer => Expectation.InvalidBuffer,
                GpuErrorKind.InvalidParams => Expectation.InvalidParams,
                GpuErrorKind.OutOfMemory => Expectation.OutOfMemory,
                _ => throw new FuzzException($"the error's case is {kind}"),
            };
    }

    /// <summary>A read asks the allocator before it reads: the buffer may be gone then.</summary>
    private static bool MayDiffer(FuzzCall call, Expectation expected, Expectation actual)
    {
        return call.Import.Name == "buffer-read" && call.Allocator == AllocatorMode.Destroy
            && expected == Expectation.Ok && actual == Expectation.InvalidBuffer && call.Target == call.U32("buffer");
    }

    private void Apply(FuzzCall call)
    {
        switch (call.Import.Name)
        {
            case "buffer-create":
                CheckWord("the new id", Model.NextId, _guest.Load32(call.U32("ret") + 4));
                Model.Create(call.U64("size"));
                break;
            case "buffer-write":
                TakeWrite(call);
                break;
            case "buffer-read":
                CheckRead(call);
                break;
            case "buffer-copy":
                byte[] source = Model.Buffers[call.U32("src")];
                source.AsSpan((int)call.U64("src-offset"), (int)call.U64("size"))
                    .CopyTo(Model.Buffers[call.U32("dst")].AsSpan((int)call.U64("dst-offset")));
                break;
            case "buffer-destroy":
                Model.Destroy(call.U32("buffer"));
                break;
            default:
                if (KernelShape.Of(call) is { } shape)
                {
                    Take(shape.Output, 0, (uint)shape.WrittenBytes);
                }

                break;
        }
    }

    /// <summary>What lies outside the fixed words may be anything by now; then only the place of the bytes is checked.</summary>
    private void TakeWrite(FuzzCall call)
    {
        (uint id, uint offset) = (call.U32("buffer"), (uint)call.U64("offset"));
        (uint at, uint length) = (call.U32("data.ptr"), call.U32("data.len"));
        if (at >= Layout.Words && at + length <= Layout.Words + Layout.WordsBytes)
        {
            Words.Bytes.AsSpan((int)(at - Layout.Words), (int)length).CopyTo(Model.Buffers[id].AsSpan((int)offset));
            return;
        }

        Take(id, offset, length);
    }

    private void CheckRead(FuzzCall call)
    {
        uint length = call.U32("size");
        CheckWord("the list's length", length, _guest.Load32(call.U32("ret") + 8));
        if (call.Allocator is AllocatorMode.Honest or AllocatorMode.Odd)
        {
            uint at = _guest.Load32(call.U32("ret") + 4);
            byte[] expected = Model.Buffers[call.U32("buffer")].AsSpan((int)call.U64("offset"), (int)length).ToArray();
            CheckHash("the list read", expected, _guest.Hash(at, length));
        }
    }

    /// <summary>Takes what a kernel wrote into the model; everything else stays as it was.</summary>
    private void Take(uint id, uint offset, uint length)
    {
        if (length > 0)
        {
            Read(id, offset, length).CopyTo(Model.Buffers[id], (int)offset);
        }
    }

    private byte[] Read(uint id, uint offset, uint length)
    {
        _guest.Ask("buffer-read", (int)id, (long)offset, (int)length, (int)Layout.CheckArea);
        return _guest.Bytes(Layout.Heap, length);
    }

    private void Compare(FuzzCall call, bool isThorough)
    {
        CheckWord("the number of buffers", (uint)Model.Buffers.Count, (uint)_guest.Buffers);
        CheckWord("the bytes of buffers", (uint)Model.UsedBytes, (uint)_guest.GpuBytes);
        IEnumerable<uint> ids = isThorough ? Model.Buffers.Keys
            : KernelShape.Of(call)?.Operands.Select(operand => operand.Id) ?? [];
        foreach (uint id in ids)
        {
            if (Model.Buffers.TryGetValue(id, out byte[]? expected))
            {
                _guest.Ask("buffer-read", (int)id, 0L, expected.Length, (int)Layout.CheckArea);
                CheckHash($"buffer {id}", expected, _guest.Hash(Layout.Heap, (uint)expected.Length));
            }
        }
    }

    private static void CheckWord(string what, uint expected, uint actual)
    {
        if (expected != actual)
        {
            throw new FuzzException($"{what} is {actual}, must be {expected}");
        }
    }

    private static void CheckHash(string what, byte[] expected, ulong actual)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (byte b in expected)
        {
            hash = unchecked((hash ^ b) * 0x100_0000_01B3);
        }

        if (hash != actual)
        {
            throw new FuzzException($"{what} ({expected.Length} bytes) holds bytes that nothing wrote there");
        }
    }
}
