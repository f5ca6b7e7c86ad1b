namespace WasiGpu.Fuzzing;

/// <summary>Says how a call must end, from the interface's text and the model of the guest's buffers.</summary>
internal static class Oracle
{
    private const uint ResultBytes = 16;
    private const uint DeviceInfoBytes = 40;

    /// <summary>How the call must end if the allocator is honest.</summary>
    internal static Expectation Expect(FuzzCall call, GuestModel model)
    {
        return BreaksBorder(call, model) ? Expectation.Trap
            : KernelShape.Of(call) is { } shape ? ExpectKernel(shape, model)
            : ExpectBuffers(call, model);
    }

    /// <summary>Whether the host must call the allocator for a call that ends in this way: for the list that it reads, or
    /// for a text.</summary>
    internal static bool NeedsAllocator(FuzzCall call, Expectation expected)
    {
        return call.Import.Name switch
        {
            "get-device-info" => expected == Expectation.Ok,
            "buffer-read" => expected is Expectation.Ok or Expectation.InvalidParams,
            _ => expected == Expectation.InvalidParams,
        };
    }

    private static Expectation ExpectKernel(KernelShape shape, GuestModel model)
    {
        return !shape.Operands.All(operand => model.Buffers.ContainsKey(operand.Id)) ? Expectation.InvalidBuffer
            : !shape.AreParametersRight ? Expectation.InvalidParams
            : shape.Operands.Any(o => o.NeededBytes > (ulong)model.Buffers[o.Id].Length) ? Expectation.InvalidParams
            : Expectation.Ok;
    }

    private static Expectation ExpectBuffers(FuzzCall call, GuestModel model)
    {
        switch (call.Import.Name)
        {
            case "buffer-create":
                return call.U64("size") == 0 ? Expectation.InvalidParams
                    : model.HasRoom(call.U64("size")) ? Expectation.Ok
                    : Expectation.OutOfMemory;
            case "buffer-write":
                return ExpectRange(model, call.U32("buffer"), call.U64("offset"), call.U32("data.len"));
            case "buffer-read":
                return ExpectRange(model, call.U32("buffer"), call.U64("offset"), call.U32("size"));
            case "buffer-copy":
                return !model.Buffers.ContainsKey(call.U32("src")) || !model.Buffers.ContainsKey(call.U32("dst"))
                    ? Expectation.InvalidBuffer
                    : Worst(
                        ExpectRange(model, call.U32("src"), call.U64("src-offset"), call.U64("size")),
                        ExpectRange(model, call.U32("dst"), call.U64("dst-offset"), call.U64("size")));
            case "buffer-destroy":
                return model.Buffers.ContainsKey(call.U32("buffer")) ? Expectation.Ok : Expectation.InvalidBuffer;
            default:
                return Expectation.Ok;
        }
    }

    private static Expectation Worst(Expectation one, Expectation other) => one == Expectation.Ok ? other : one;

    private static Expectation ExpectRange(GuestModel model, uint id, ulong offset, ulong sizeBytes)
    {
        return !model.Buffers.TryGetValue(id, out byte[]? bytes) ? Expectation.InvalidBuffer
            : (UInt128)offset + sizeBytes <= (ulong)bytes.Length ? Expectation.Ok
            : Expectation.InvalidParams;
    }

    private static bool BreaksBorder(FuzzCall call, GuestModel model)
    {
        string name = call.Import.Name;
        if (name == "sync")
        {
            return false;
        }

        (uint bytes, uint alignment) = name == "get-device-info" ? (DeviceInfoBytes, 8u) : (ResultBytes, 4u);
        ulong ret = call.U32("ret");
        if (ret % alignment != 0 || ret + bytes > model.MemoryBytes)
        {
            return true;
        }

        return name switch
        {
            "buffer-write" => (ulong)call.U32("data.ptr") + call.U32("data.len") > model.MemoryBytes,
            "kernel-elementwise" => call.U32("op") > 7 || call.U32("input-b.some") > 1,
            "kernel-reduce" => call.U32("op") > 4,
            _ => false,
        };
    }
}
