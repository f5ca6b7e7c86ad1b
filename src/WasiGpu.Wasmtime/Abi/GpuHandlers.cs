namespace WasiGpu.Wasmtime;

/// <summary>
/// The functions of <c>wasi:gpu</c> for core modules: flattened arguments in, result into the return area. Slots are
/// counted as in <see cref="GpuInterfaces"/>. Pointers and the return area are checked before anything has an
/// effect.
/// </summary>
internal static class GpuHandlers
{
    private const uint DeviceInfoBytes = 40;
    private const uint DeviceInfoAlignment = 8;

    internal static void GetDeviceInfo(ref GuestCall call)
    {
        call.TakeReturnArea(0, DeviceInfoBytes, DeviceInfoAlignment);
        DeviceInfo info = call.Gpu.DeviceInfo;
        (uint Pointer, uint LengthBytes) name = call.PlaceText(info.Name);
        (uint Pointer, uint LengthBytes) backend = call.PlaceText(info.Backend);
        (uint Pointer, uint LengthBytes) capability = call.PlaceText(info.ComputeCapability);
        call.WriteReturn(0, name.Pointer);
        call.WriteReturn(4, name.LengthBytes);
        call.WriteReturn(8, backend.Pointer);
        call.WriteReturn(12, backend.LengthBytes);
        call.WriteReturn64(16, info.TotalMemoryBytes);
        call.WriteReturn(24, info.IsHardware ? 1u : 0u);
        call.WriteReturn(28, capability.Pointer);
        call.WriteReturn(32, capability.LengthBytes);
    }

    internal static void BufferCreate(ref GuestCall call)
    {
        call.TakeReturnArea(2);
        if (call.Gpu.CreateBuffer(call.U64(0), (BufferUsage)call.U32(1), out uint id) is { } error)
        {
            call.Return(error);
            return;
        }

        call.ReturnValue(id);
    }

    internal static void BufferWrite(ref GuestCall call)
    {
        call.TakeReturnArea(4);
        HostRange source = call.Bytes("data", call.U32(2), call.U32(3));
        call.Return(call.Gpu.WriteBuffer(call.U32(0), call.U64(1), source));
    }

    internal static void BufferRead(ref GuestCall call)
    {
        call.TakeReturnArea(3);
        uint sizeBytes = call.U32(2);
        if (call.Gpu.CheckRead(call.U32(0), call.U64(1), sizeBytes) is { } refused)
        {
            call.Return(refused);
            return;
        }

        uint pointer = call.Allocate(alignment: 1, sizeBytes);
        HostRange target = call.Bytes("the list read", pointer, sizeBytes);
        if (call.Gpu.ReadBuffer(call.U32(0), call.U64(1), target) is { } error)
        {
            call.Return(error);
            return;
        }

        call.ReturnList(pointer, sizeBytes);
    }

    internal static void BufferCopy(ref GuestCall call)
    {
        call.TakeReturnArea(5);
        call.Return(call.Gpu.CopyBuffer(call.U32(0), call.U64(1), call.U32(2), call.U64(3), call.U64(4)));
    }

    internal static void BufferDestroy(ref GuestCall call)
    {
        call.TakeReturnArea(1);
        call.Return(call.Gpu.DestroyBuffer(call.U32(0)));
    }

    internal static void Sync(ref GuestCall call) => call.Gpu.Sync();

    internal static void BootstrapSample(ref GuestCall call)
    {
        call.TakeReturnArea(4);
        BootstrapParams parameters = new(NSamples: call.U32(0), Seed: call.U32(1), MaxIndex: call.U32(2));
        call.Return(call.Gpu.BootstrapSample(parameters, call.U32(3)));
    }

    internal static void FindSplit(ref GuestCall call)
    {
        call.TakeReturnArea(9);
        FindSplitParams parameters = new(
            NSamples: call.U32(0),
            NFeatures: call.U32(1),
            FeatureIdx: call.U32(2),
            NThresholds: call.U32(3));
        call.Return(call.Gpu.FindSplit(
            parameters,
            call.U32(4),
            call.U32(5),
            call.U32(6),
            call.U32(7),
            call.U32(8)));
    }

    internal static void Average(ref GuestCall call)
    {
        call.TakeReturnArea(4);
        AverageParams parameters = new(NTrees: call.U32(0), NSamples: call.U32(1));
        call.Return(call.Gpu.Average(parameters, call.U32(2), call.U32(3)));
    }

    internal static void MatMul(ref GuestCall call)
    {
        call.TakeReturnArea(10);
        MatMulParams parameters = new(
            M: call.U32(0),
            K: call.U32(1),
            N: call.U32(2),
            TransA: call.Bool(3),
            TransB: call.Bool(4),
            Alpha: call.F32(5),
            Beta: call.F32(6));
        call.Return(call.Gpu.MatMul(parameters, call.U32(7), call.U32(8), call.U32(9)));
    }

    internal static void Elementwise(ref GuestCall call)
    {
        call.TakeReturnArea(6);
        ElementwiseOp op = (ElementwiseOp)call.Discriminant(1, 8, "elementwise-op");
        uint? inputB = call.Discriminant(3, 2, "option input-b") == 1 ? call.U32(4) : null;
        ElementwiseParams parameters = new(NElements: call.U32(0), op);
        call.Return(call.Gpu.Elementwise(parameters, call.U32(2), inputB, call.U32(5)));
    }

    internal static void Reduce(ref GuestCall call)
    {
        call.TakeReturnArea(4);
        ReduceParams parameters = new(NElements: call.U32(0), (ReduceOp)call.Discriminant(1, 5, "reduce-op"));
        call.Return(call.Gpu.Reduce(parameters, call.U32(2), call.U32(3)));
    }

    internal static void BatchPredict(ref GuestCall call)
    {
        call.TakeReturnArea(8);
        BatchPredictParams parameters = new(
            BatchSize: call.U32(0),
            NFeatures: call.U32(1),
            NTrees: call.U32(2),
            MaxDepth: call.U32(3));
        call.Return(call.Gpu.BatchPredict(parameters, call.U32(4), call.U32(5), call.U32(6), call.U32(7)));
    }
}
