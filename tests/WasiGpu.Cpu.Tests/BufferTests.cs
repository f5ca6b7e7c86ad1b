namespace WasiGpu.Cpu.Tests;

public sealed class BufferTests
{
    [Fact]
    public void CreateBuffer_OverBudget_IsOutOfMemoryAndTakesNothing()
    {
        using TestSession session = new(SimdLevels.Best, memoryBytes: 1000);
        GpuBuffer first = session.Create(600);

        GpuException e = Assert.Throws<GpuException>(() => session.Create(401));

        Assert.Equal(GpuErrorKind.OutOfMemory, e.Error.Kind);
        Assert.Equal(600UL, session.Device.Memory.UsedBytes);
        session.Create(400);
        session.Backend.DestroyBuffer(first);
        Assert.Equal(400UL, session.Device.Memory.UsedBytes);
    }

    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(ulong.MaxValue)]
    public void CreateBuffer_MoreThanTheSystemHas_IsOutOfMemory(ulong sizeBytes)
    {
        using TestSession session = new(SimdLevels.Best, memoryBytes: ulong.MaxValue);

        GpuException e = Assert.Throws<GpuException>(() => session.Create(sizeBytes));

        Assert.Equal(GpuErrorKind.OutOfMemory, e.Error.Kind);
        Assert.Equal(0UL, session.Device.Memory.UsedBytes);
    }

    [Fact]
    public void DestroyBuffer_Twice_FreesOnce()
    {
        using TestSession session = new(SimdLevels.Best);
        GpuBuffer buffer = session.Create(100);
        session.Backend.DestroyBuffer(buffer);

#if CHECKS
        Assert.Throws<System.Diagnostics.UnreachableException>(() => session.Backend.DestroyBuffer(buffer));
#else
        session.Backend.DestroyBuffer(buffer);
#endif
        ((CpuBuffer)buffer).Dispose();

        Assert.Equal(0UL, session.Device.Memory.UsedBytes);
    }

    [Fact]
    public void Dispose_LiveBuffers_FreesThemOnce()
    {
        using TestSession session = new(SimdLevels.Best);
        session.Create(100);
        session.Create(5000000);
        session.Backend.Dispose();
        Assert.Equal(0UL, session.Device.Memory.UsedBytes);
        session.Backend.Dispose();
        Assert.Equal(0UL, session.Device.Memory.UsedBytes);
    }

    [Fact]
    public unsafe void CreateBuffer_AfterUseOfTheSameMemory_ReadsZeros()
    {
        using TestSession session = new(SimdLevels.Best);
        byte[] ones = new byte[5000];
        Array.Fill<byte>(ones, 255);
        for (int round = 0; round < 20; round++)
        {
            GpuBuffer used = session.Create<byte>(ones);
            session.Backend.DestroyBuffer(used);
            GpuBuffer fresh = session.Create(5000);
            Assert.All(session.Read<byte>(fresh, 5000), value => Assert.Equal(0, value));
            Assert.Equal(0UL, (ulong)(nuint)PointerOf(fresh) % 64);
            session.Backend.DestroyBuffer(fresh);
        }
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    [InlineData(0, 2097153)]
    [InlineData(2097153, 0)]
    [InlineData(5, 5)]
    public void Copy_OverlapInOneBuffer_IsMemmove(int sourceOffset, int targetOffset)
    {
        const int size = 9_000_000;
        using TestSession session = new(SimdLevels.Best, threads: 2);
        byte[] expected = new byte[size + 2097153];
        new Random(1).NextBytes(expected);
        GpuBuffer buffer = session.Create<byte>(expected);

        session.Backend.Copy(buffer, (ulong)sourceOffset, buffer, (ulong)targetOffset, size);

        Buffer.BlockCopy(expected, sourceOffset, expected, targetOffset, size);
        Assert.True(expected.AsSpan().SequenceEqual(session.Read<byte>(buffer, expected.Length)));
    }

    [Fact]
    public void Scratch_LargeLoan_IsCountedAndGivenBack()
    {
        // The means go to working memory first, because the output is also the input: 4 MB that do not fit.
        const uint rows = 1_000_000;
        using TestSession session = new(SimdLevels.Best, memoryBytes: rows * 4 * 2 + 100);
        GpuBuffer buffer = session.Create(rows * 4);
        session.Backend.Average(new AverageParams(1, rows), buffer, buffer);
        GpuBuffer other = session.Create(rows * 4);

        GpuException e = Assert.Throws<GpuException>(
            () => session.Backend.Average(new AverageParams(1, rows), buffer, buffer));

        Assert.Equal(GpuErrorKind.OutOfMemory, e.Error.Kind);
        session.Backend.DestroyBuffer(other);
        session.Backend.Average(new AverageParams(1, rows), buffer, buffer);
        Assert.Equal(rows * 4UL, session.Device.Memory.UsedBytes);
    }

    private static unsafe byte* PointerOf(GpuBuffer buffer) => ((CpuBuffer)buffer).Pointer;
}
