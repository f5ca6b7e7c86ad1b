namespace WasiGpu.Cuda.Tests;

/// <summary>Guests that use one device at once, each from its own thread.</summary>
public sealed class TwoGuestsTests
{
    private const int Rounds = 12;
    private const int Elements = 6000;

    [Fact]
    public void TwoSessions_AtOnce_GetTheBitsTheyGetAlone()
    {
        using TestSession session = new();
        byte[][] alone = [.. Enumerable.Range(1, 2).Select(seed => RunGuest(session.Device, seed))];
        byte[][] together = new byte[2][];
        using Barrier start = new(2);
        List<Exception> failures = [];
        Thread[] guests =
        [
            .. Enumerable.Range(0, 2).Select(i => new Thread(() =>
            {
                try
                {
                    start.SignalAndWait();
                    together[i] = RunGuest(session.Device, i + 1);
                }
                catch (Exception e) when (e is GpuException or InvalidOperationException)
                {
                    lock (failures)
                    {
                        failures.Add(e);
                    }
                }
            })),
        ];

        Array.ForEach(guests, guest => guest.Start());
        Array.ForEach(guests, guest => guest.Join());

        Assert.Empty(failures);
        Assert.NotEqual(alone[0], alone[1]);
        Assert.Equal(alone[0], together[0]);
        Assert.Equal(alone[1], together[1]);
    }

    /// <summary>
    /// Creates, fills, computes, reads and destroys, in a session of its own; returns every byte it read.
    /// </summary>
    private static unsafe byte[] RunGuest(IGpuDevice device, int seed)
    {
        using IGpuBackend backend = device.CreateBackend(new BackendOptions());
        Random random = new(seed);
        List<byte> results = [];
        for (int round = 0; round < Rounds; round++)
        {
            float[] numbers = [.. Enumerable.Range(0, Elements).Select(_ => random.NextSingle() - 0.5f)];
            GpuBuffer input = backend.CreateBuffer(Elements * sizeof(float), BufferUsage.Storage);
            GpuBuffer output = backend.CreateBuffer(Elements * sizeof(float), BufferUsage.Storage);
            GpuBuffer product = backend.CreateBuffer(60 * 60 * sizeof(float), BufferUsage.Storage);
            GpuBuffer sum = backend.CreateBuffer(sizeof(float), BufferUsage.Storage);
            GpuBuffer untouched = backend.CreateBuffer(100, BufferUsage.Storage);
            fixed (float* source = numbers)
            {
                backend.Write(input, 0, new HostRange((byte*)source, Elements * sizeof(float)));
            }

            backend.Elementwise(new ElementwiseParams(Elements, ElementwiseOp.Exp), input, null, output);
            backend.MatMul(new MatMulParams(60, 100, 60, false, false, 1, 0), output, input, product);
            backend.Reduce(new ReduceParams(Elements, ReduceOp.Sum), output, sum);
            foreach (GpuBuffer buffer in new[] { output, product, sum, untouched })
            {
                byte[] content = new byte[buffer.SizeBytes];
                fixed (byte* target = content)
                {
                    backend.Read(buffer, 0, new HostRange(target, buffer.SizeBytes));
                }

                results.AddRange(content);
            }

            Array.ForEach([input, output, product, sum, untouched], backend.DestroyBuffer);
        }

        return [.. results];
    }
}
