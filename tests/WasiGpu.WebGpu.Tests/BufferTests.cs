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
}
