namespace WasiGpu.Conformance;

/// <summary>
/// Content of buffers: zeros at first, writes, reads and copies of every alignment, and their order.
/// </summary>
internal static unsafe class BufferCases
{
    private const int Guard = 16;

    private static readonly int[] ZeroSizes = [1, 3, 4, 5, 100, 4096, 65537, (1 << 20) + 3];
    private static readonly int[] SmallLengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 67];
    private static readonly int[] Shifts = [1, 2, 3, 4, 5, 8, 13, 16, 64, 255, 4096];

    internal static void AddTo(CaseList cases)
    {
        foreach (int size in ZeroSizes)
        {
            cases.Add($"buffer/new-is-zero/size={size}", scope => NewIsZero(scope, size));
        }

        cases.AddWithDevice("buffer/new-is-zero/after-another-session", NewIsZeroAfterAnotherSession);
        cases.Add("buffer/write-read/every-alignment", WriteEveryAlignment);
        cases.Add("buffer/read/every-alignment", ReadEveryAlignment);
        cases.Add("buffer/copy/every-alignment", CopyEveryAlignment);
        cases.Add("buffer/copy/overlap/small", scope => CopyOverlap(scope, 300));
        cases.Add("buffer/copy/overlap/large", scope => CopyOverlap(scope, (1 << 20) + 3));
        cases.Add("buffer/zero-length", ZeroLength);
        cases.Add("buffer/usage-flags-permit-everything", AnyUsage);
        cases.Add("buffer/host-memory-is-free-after-write", HostMemoryIsFreeAfterWrite);
        cases.Add("buffer/order-with-kernels", OrderWithKernels);
        cases.Add("buffer/random-calls", RandomCalls);
        cases.Add("buffer/transfer/size=67108869", LargeTransfer, isBig: true);
    }

    private static void NewIsZero(DeviceScope scope, int size)
    {
        byte[] dirt = new byte[size];
        dirt.AsSpan().Fill(0xFF);
        for (int round = 0; round < 3; round++)
        {
            GpuBuffer[] buffers = new GpuBuffer[4];
            for (int i = 0; i < buffers.Length; i++)
            {
                buffers[i] = scope.Backend.CreateBuffer((ulong)size, BufferUsage.Storage);
                Expect.Elements<byte>("byte of a new buffer", new byte[size], scope.Read(buffers[i]));
                scope.Write(buffers[i], 0, dirt);
            }

            foreach (GpuBuffer buffer in buffers)
            {
                scope.Backend.DestroyBuffer(buffer);
            }
        }
    }

    private static void NewIsZeroAfterAnotherSession(CaseContext context)
    {
        byte[] dirt = new byte[65537];
        dirt.AsSpan().Fill(0xFF);
        using (DeviceScope first = context.Open())
        {
            _ = first.Buffer(dirt);
        }

        using DeviceScope second = context.Open();
        GpuBuffer buffer = second.Backend.CreateBuffer((ulong)dirt.Length, BufferUsage.Storage);
        Expect.Elements<byte>("byte of a new buffer", new byte[dirt.Length], second.Read(buffer));
    }

    private static void WriteEveryAlignment(DeviceScope scope)
    {
        byte[] model = RandomData.Bytes(scope.Random, 200);
        GpuBuffer buffer = scope.Buffer(model);
        byte[] host = new byte[128];
        for (int offset = 0; offset < 9; offset++)
        {
            foreach (int length in SmallLengths)
            {
                scope.Random.NextBytes(host);
                int hostOffset = scope.Random.Next(Guard);
                Span<byte> source = host.AsSpan(hostOffset, length);
                scope.Write(buffer, offset, source);
                source.CopyTo(model.AsSpan(offset));
                Expect.Elements<byte>(
                    $"after a write of {length} at {offset}: byte", model, scope.Read(buffer));
            }
        }
    }

    private static void ReadEveryAlignment(DeviceScope scope)
    {
        byte[] model = RandomData.Bytes(scope.Random, 200);
        GpuBuffer buffer = scope.Buffer(model);
        byte[] host = new byte[128];
        byte[] expected = new byte[host.Length];
        for (int offset = 0; offset < 9; offset++)
        {
            foreach (int length in SmallLengths)
            {
                host.AsSpan().Fill(Operand.Canary);
                expected.AsSpan().Fill(Operand.Canary);
                int hostOffset = scope.Random.Next(Guard);
                model.AsSpan(offset, length).CopyTo(expected.AsSpan(hostOffset));
                fixed (byte* pointer = host)
                {
                    scope.Backend.Read(
                        buffer, (ulong)offset, new HostRange(pointer + hostOffset, (ulong)length));
                }

                Expect.Elements<byte>(
                    $"host memory after a read of {length} at {offset}: byte", expected, host);
            }
        }
    }

    private static void CopyEveryAlignment(DeviceScope scope)
    {
        byte[] content = RandomData.Bytes(scope.Random, 100);
        byte[] model = RandomData.Bytes(scope.Random, 101);
        GpuBuffer source = scope.Buffer(content);
        GpuBuffer target = scope.Buffer(model);
        for (int from = 0; from < 5; from++)
        {
            for (int to = 0; to < 5; to++)
            {
                foreach (int length in SmallLengths)
                {
                    scope.Backend.Copy(source, (ulong)from, target, (ulong)to, (ulong)length);
                    content.AsSpan(from, length).CopyTo(model.AsSpan(to));
                    Expect.Elements<byte>(
                        $"after a copy of {length} from {from} to {to}: byte", model, scope.Read(target));
                    scope.Random.NextBytes(content);
                    scope.Write(source, 0, content);
                }
            }
        }
    }

    private static void CopyOverlap(DeviceScope scope, int size)
    {
        byte[] model = RandomData.Bytes(scope.Random, size);
        GpuBuffer buffer = scope.Buffer(model);
        foreach (int shift in Shifts.Where(shift => shift < size - 8))
        {
            (int From, int To)[] moves = [(0, shift), (shift, 0), (3, shift + 3), (shift + 1, 1), (0, 0)];
            foreach ((int from, int to) in moves)
            {
                int length = size - Math.Max(from, to) - scope.Random.Next(4);
                scope.Backend.Copy(buffer, (ulong)from, buffer, (ulong)to, (ulong)length);
                Buffer.BlockCopy(model, from, model, to, length);
                Expect.Elements<byte>(
                    $"after an overlapping copy of {length} from {from} to {to}: byte",
                    model,
                    scope.Read(buffer));
            }

            scope.Random.NextBytes(model);
            scope.Write(buffer, 0, model);
        }
    }

    private static void ZeroLength(DeviceScope scope)
    {
        byte[] model = RandomData.Bytes(scope.Random, 5);
        GpuBuffer buffer = scope.Buffer(model);
        GpuBuffer other = scope.Buffer(model);
        foreach (ulong offset in new ulong[] { 0, 3, 5 })
        {
            scope.Backend.Write(buffer, offset, new HostRange(null, 0));
            scope.Backend.Read(buffer, offset, new HostRange(null, 0));
            scope.Backend.Copy(buffer, offset, other, 5 - offset, 0);
            scope.Backend.Copy(buffer, offset, buffer, 5 - offset, 0);
        }

        Expect.Elements<byte>("after calls of length 0: byte", model, scope.Read(buffer));
        Expect.Elements<byte>("after calls of length 0: byte", model, scope.Read(other));
    }

    private static void AnyUsage(DeviceScope scope)
    {
        for (uint flags = 0; flags <= (uint)BufferUsage.All; flags++)
        {
            BufferUsage usage = (BufferUsage)flags;
            float[] values = [flags + 1, -1, 4];
            byte[] bytes = new byte[12];
            Buffer.BlockCopy(values, 0, bytes, 0, 12);
            GpuBuffer a = scope.Buffer(bytes, usage);
            GpuBuffer b = scope.Backend.CreateBuffer(12, usage);
            scope.Backend.Copy(a, 0, b, 0, 12);
            scope.Backend.Elementwise(new ElementwiseParams(3, ElementwiseOp.Add), a, b, b);
            Buffer.BlockCopy(scope.Read(b), 0, values, 0, 12);
            Expect.Elements<float>($"usage {usage}: element", [2 * (flags + 1), -2, 8], values);
        }
    }

    private static void HostMemoryIsFreeAfterWrite(DeviceScope scope)
    {
        byte[] host = RandomData.Bytes(scope.Random, 300_001);
        byte[] model = [.. host];
        GpuBuffer buffer = scope.Backend.CreateBuffer((ulong)host.Length, BufferUsage.Storage);
        scope.Write(buffer, 0, host);
        host.AsSpan().Clear();
        Expect.Elements<byte>("after the host memory was reused: byte", model, scope.Read(buffer));
    }

    private static void OrderWithKernels(DeviceScope scope)
    {
        const int Count = 70_001;
        float[] ones = new float[Count];
        Array.Fill(ones, 1f);
        Operand input = scope.InOut(ones, Count, tailBytes: 0);
        Operand sum = scope.Output(Count, tailBytes: 0);
        Operand early = scope.Output(Count, tailBytes: 0);
        ElementwiseParams add = new(Count, ElementwiseOp.Add);
        scope.Backend.Elementwise(add, input.Buffer, input.Buffer, sum.Buffer);
        scope.Backend.Copy(sum.Buffer, 0, early.Buffer, 0, Count * sizeof(float));
        scope.Backend.Elementwise(add, sum.Buffer, input.Buffer, sum.Buffer);
        scope.Write(input.Buffer, 0, new byte[Count * sizeof(float)]);
        scope.Backend.Elementwise(add, sum.Buffer, input.Buffer, sum.Buffer);
        float[] twos = new float[Count];
        Array.Fill(twos, 2f);
        float[] threes = new float[Count];
        Array.Fill(threes, 3f);
        Expect.Elements<float>("a copy between two kernels: element", twos, early.Floats());
        Expect.Elements<float>("three kernels with a write between: element", threes, sum.Floats());
        Expect.Elements<float>(
            "a buffer written after a kernel read it: element", new float[Count], input.Floats());
    }

    private static void RandomCalls(DeviceScope scope)
    {
        Random random = scope.Random;
        List<(GpuBuffer Buffer, byte[] Model)> all = [];
        for (int step = 0; step < 400; step++)
        {
            if (all.Count < 2 || (all.Count < 8 && random.Next(8) == 0))
            {
                byte[] fresh = new byte[random.Next(1, 3000)];
                all.Add(
                    (scope.Backend.CreateBuffer((ulong)fresh.Length, (BufferUsage)random.Next(64)), fresh));
            }

            (GpuBuffer buffer, byte[] model) = all[random.Next(all.Count)];
            (GpuBuffer other, byte[] otherModel) = all[random.Next(all.Count)];
            int from = random.Next(model.Length);
            int to = random.Next(otherModel.Length);
            int length = random.Next(1 + Math.Min(model.Length - from, otherModel.Length - to));
            switch (random.Next(8))
            {
                case 0:
                    scope.Backend.DestroyBuffer(buffer);
                    all.RemoveAll(entry => ReferenceEquals(entry.Buffer, buffer));
                    break;
                case 1 or 2 or 3:
                    byte[] bytes = RandomData.Bytes(random, length);
                    scope.Write(buffer, from, bytes);
                    bytes.CopyTo(model, from);
                    break;
                case 4 or 5 or 6:
                    scope.Backend.Copy(buffer, (ulong)from, other, (ulong)to, (ulong)length);
                    Buffer.BlockCopy(model, from, otherModel, to, length);
                    break;
                default:
                    Expect.Elements<byte>(
                        $"read in step {step}: byte",
                        model.AsSpan(from, length),
                        scope.Read(buffer, from, length));
                    break;
            }
        }

        foreach ((GpuBuffer buffer, byte[] model) in all)
        {
            Expect.Elements<byte>("after 400 random calls: byte", model, scope.Read(buffer));
        }
    }

    private static void LargeTransfer(DeviceScope scope)
    {
        byte[] model = RandomData.Bytes(scope.Random, (64 << 20) + 5);
        GpuBuffer buffer = scope.Buffer(model);
        GpuBuffer copy = scope.Backend.CreateBuffer((ulong)model.Length, BufferUsage.None);
        scope.Backend.Copy(buffer, 1, copy, 2, (ulong)model.Length - 2);
        Expect.Elements<byte>("byte", model, scope.Read(buffer));
        Expect.Elements<byte>(
            "copied byte", model.AsSpan(1, model.Length - 2), scope.Read(copy, 2, model.Length - 2));
    }
}
