namespace WasiGpu.WebGpu.Tests;

public sealed class BufferTests
{
    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    [InlineData(0, 2097153)]
    [InlineData(2097153, 0)]
    [InlineData(4, 8)]
    [InlineData(5, 5)]
    public void Copy_OverlapInOneBufferOfSeveralPieces_IsMemmove(int sourceOffset, int targetOffset)
    {
        const int size = 19_000_000;
        using TestSession session = new();
        byte[] expected = new byte[size + 2097153];
        new Random(1).NextBytes(expected);
        GpuBuffer buffer = session.Create<byte>(expected);

        session.Backend.Copy(buffer, (ulong)sourceOffset, buffer, (ulong)targetOffset, size);

        Buffer.BlockCopy(expected, sourceOffset, expected, targetOffset, size);
        Assert.True(expected.AsSpan().SequenceEqual(session.Read<byte>(buffer, expected.Length)));
    }

    [Fact]
    public void Create_MemoryThatOthersFilled_IsZeroHoweverItIsUsedFirst()
    {
        const int count = 1000;
        using TestSession session = new();
        float[] ones = new float[count];
        Array.Fill(ones, 1);
        GpuBuffer target = session.Create<float>(ones);

        GpuBuffer read = Reused();
        Assert.Equal(new float[count], session.Read<float>(read, count));

        GpuBuffer copied = Reused();
        session.Backend.Copy(copied, 0, target, 0, count * sizeof(float));
        Assert.Equal(new float[count], session.Read<float>(target, count));

        GpuBuffer written = Reused();
        session.Write(written, 5, [1]);
        byte[] expected = new byte[count * sizeof(float)];
        expected[5] = 1;
        Assert.Equal(expected, session.Read<byte>(written, expected.Length));

        GpuBuffer reduced = Reused();
        session.Backend.Reduce(new ReduceParams(count, ReduceOp.Max), reduced, target);
        Assert.Equal([0f], session.Read<float>(target, 1));

        GpuBuffer result = Reused();
        session.Backend.Reduce(new ReduceParams(count, ReduceOp.Max), reduced, result);
        Assert.Equal(new float[count], session.Read<float>(result, count));

        GpuBuffer Reused()
        {
            using (IGpuBackend other = session.Device.CreateBackend(new BackendOptions()))
            {
                GpuBuffer filled = other.CreateBuffer(count * sizeof(float), BufferUsage.Storage);
                Fill(other, filled, ones);
            }

            return session.Create(count * sizeof(float));
        }
    }

    private static unsafe void Fill(IGpuBackend backend, GpuBuffer buffer, float[] values)
    {
        fixed (float* pointer = values)
        {
            backend.Write(buffer, 0, new HostRange((byte*)pointer, (ulong)values.Length * sizeof(float)));
        }

        backend.Sync();
    }
}
