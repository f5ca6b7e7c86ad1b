namespace WasiGpu.WebGpu.Tests;

/// <summary>Transfers of several pieces, by each way that bytes can take.</summary>
public sealed class TransferTests
{
    private const int Size = 25_000_003;

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 3)]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    public void WriteAndRead_ManyPiecesAtAnyOffset_KeepEveryByte(bool usesStaging, int offset)
    {
        using TestSession session = new();
        session.Device.Shared.UsesUploadStaging = usesStaging;
        byte[] expected = new byte[Size];
        new Random(offset).NextBytes(expected);
        GpuBuffer buffer = session.Create<byte>(expected);
        byte[] written = new byte[Size - offset - 5];
        new Random(7).NextBytes(written);

        session.Write(buffer, (ulong)offset, written);

        written.CopyTo(expected, offset);
        Assert.True(expected.AsSpan().SequenceEqual(session.Read<byte>(buffer, Size)));
        Assert.True(expected.AsSpan(offset + 1).SequenceEqual(
            session.Read<byte>(buffer, Size - offset - 1, (ulong)offset + 1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_LargeAfterRecordedCopy_ComesAfterIt(bool usesStaging)
    {
        using TestSession session = new();
        session.Device.Shared.UsesUploadStaging = usesStaging;
        byte[] first = new byte[Size];
        byte[] second = new byte[Size];
        Array.Fill<byte>(first, 1);
        Array.Fill<byte>(second, 2);
        GpuBuffer source = session.Create<byte>(first);
        GpuBuffer target = session.Create(Size);

        session.Backend.Copy(source, 0, target, 0, Size);
        session.Write(source, 0, second);

        Assert.True(first.AsSpan().SequenceEqual(session.Read<byte>(target, Size)));
        Assert.True(second.AsSpan().SequenceEqual(session.Read<byte>(source, Size)));
    }

    [Fact]
    public void Write_ManySmall_AreAllThere()
    {
        using TestSession session = new();
        byte[] expected = new byte[5000];
        GpuBuffer buffer = session.Create(5000);
        Random random = new(3);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 40)];
            random.NextBytes(bytes);
            int offset = random.Next(expected.Length - bytes.Length);
            bytes.CopyTo(expected, offset);
            session.Write(buffer, (ulong)offset, bytes);
        }

        Assert.Equal(expected, session.Read<byte>(buffer, expected.Length));
    }
}
