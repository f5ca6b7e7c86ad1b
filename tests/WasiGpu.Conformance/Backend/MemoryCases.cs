namespace WasiGpu.Conformance;

/// <summary>
/// The device's memory budget: exact, given back at once, and no harm done when it is exhausted.
/// </summary>
internal static class MemoryCases
{
    internal static void AddTo(CaseList cases)
    {
        cases.Add("memory/counted-as-asked-for", CountedAsAskedFor);
        cases.Add("memory/destroy-with-work-queued", DestroyWithWorkQueued);
        cases.AddWithDevice("memory/dispose-frees-everything", DisposeFreesEverything);
        cases.Add("memory/exhausted/larger-than-the-device", scope =>
            Exhausted(scope, scope.Device.Memory.LimitBytes + 1));
        cases.Add("memory/exhausted/size=2^63", scope => Exhausted(scope, 1UL << 63));
        cases.Add("memory/exhausted/size=2^64-1", scope => Exhausted(scope, ulong.MaxValue));
        cases.Add(
            "memory/exhausted/one-byte-too-many",
            scope => Exhausted(scope, scope.Device.Memory.LimitBytes - scope.Device.Memory.UsedBytes + 1));
        cases.Add("memory/many-buffers", ManyBuffers);
    }

    private static void CountedAsAskedFor(DeviceScope scope)
    {
        foreach (ulong size in new ulong[] { 1, 3, 4, 5, 100, 4097, (1 << 20) + 3 })
        {
            ulong before = scope.Device.Memory.UsedBytes;
            GpuBuffer buffer = scope.Backend.CreateBuffer(size, BufferUsage.Storage);
            Expect.Equal("size of the buffer", size, buffer.SizeBytes);
            Expect.Equal($"bytes in use by a buffer of {size}", size, scope.Device.Memory.UsedBytes - before);
            scope.Backend.DestroyBuffer(buffer);
            Expect.Equal("bytes in use after destroying it", before, scope.Device.Memory.UsedBytes);
        }
    }

    private static void DestroyWithWorkQueued(DeviceScope scope)
    {
        const uint Count = 300_001;
        const ulong Size = Count * sizeof(float);
        for (int round = 0; round < 4; round++)
        {
            GpuBuffer input = scope.Backend.CreateBuffer(Size, BufferUsage.Storage);
            Operand result = scope.Output((int)Count);
            scope.Backend.Elementwise(new ElementwiseParams(Count, ElementwiseOp.Exp), input, null, input);
            scope.Backend.Elementwise(
                new ElementwiseParams(Count, ElementwiseOp.Add), input, input, result.Buffer);
            ulong before = scope.Device.Memory.UsedBytes;
            scope.Backend.DestroyBuffer(input);
            Expect.Equal("bytes given back at once", Size, before - scope.Device.Memory.UsedBytes);

            // Likely to get the same memory while the queued kernels still need it.
            GpuBuffer next = scope.Backend.CreateBuffer(Size, BufferUsage.Storage);
            Expect.Elements<byte>("byte of a new buffer", new byte[Size], scope.Read(next));
            float[] twos = new float[Count];
            Array.Fill(twos, 2f);
            Expect.Elements<float>("element computed from the destroyed buffer", twos, result.Floats());
        }
    }

    private static void DisposeFreesEverything(CaseContext context)
    {
        ulong before = context.Device.Memory.UsedBytes;
        using (DeviceScope scope = context.Open())
        {
            for (int i = 0; i < 50; i++)
            {
                _ = scope.Backend.CreateBuffer(1000 + (ulong)i, BufferUsage.Storage);
            }

            GpuBuffer large = scope.Backend.CreateBuffer(4 << 20, BufferUsage.Storage);
            GpuBuffer sum = scope.Backend.CreateBuffer(4, BufferUsage.Storage);
            scope.Backend.Reduce(new ReduceParams(1 << 20, ReduceOp.Sum), large, sum);
        }

        Expect.Equal("bytes in use after the session", before, context.Device.Memory.UsedBytes);
    }

    private static void Exhausted(DeviceScope scope, ulong size)
    {
        byte[] model = RandomData.Bytes(scope.Random, 1000);
        GpuBuffer buffer = scope.Buffer(model);
        ulong before = scope.Device.Memory.UsedBytes;
        ulong request = Math.Max(size, scope.Device.Memory.LimitBytes - before + 1);
        for (int round = 0; round < 3; round++)
        {
            try
            {
                _ = scope.Backend.CreateBuffer(request, BufferUsage.Storage);
                throw new ConformanceException(
                    $"a buffer of {request} bytes was made on a device that has less");
            }
            catch (GpuException e)
            {
                Expect.Equal("kind of the error", (int)GpuErrorKind.OutOfMemory, (int)e.Error.Kind);
            }
        }

        Expect.Equal("bytes in use after the refusal", before, scope.Device.Memory.UsedBytes);
        Expect.True(scope.Backend.TakeFault() is null, "the refusal also left a fault");
        Expect.Elements<byte>("after the refusal: byte", model, scope.Read(buffer));
        Expect.Elements<byte>("byte of a later buffer", model, scope.Read(scope.Buffer(model)));
    }

    private static void ManyBuffers(DeviceScope scope)
    {
        List<(GpuBuffer Buffer, byte[] Model)> all = [];
        for (int i = 0; i < 1000; i++)
        {
            byte[] model = RandomData.Bytes(scope.Random, 1 + (i % 37));
            all.Add((scope.Buffer(model), model));
        }

        foreach ((GpuBuffer buffer, byte[] model) in all)
        {
            Expect.Elements<byte>("one of 1000 buffers: byte", model, scope.Read(buffer));
        }
    }
}
