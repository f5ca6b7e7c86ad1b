using System.Runtime.InteropServices;
using WasiGpu.Cuda.Native;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>Transfers of all sizes, each way they can take.</summary>
public sealed unsafe class TransferTests
{
    private const int Page = GuestArea.PageBytes;

    private static ulong PinnedRanges => EmulatedDriver.emulationCount(DriverObject.PinnedRanges);

    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData((1 << 20) + 1)]
    [InlineData((11 << 20) + 3)]
    public void Write_AnySize_IsReadBack(int size)
    {
        using TestSession session = new();
        byte[] content = TestSession.Bytes(size, seed: size);

        Assert.Equal(content, session.Read(session.Create(content)));
    }

    [Fact]
    public void Write_SourceChangedAfterwards_KeepsTheBytes()
    {
        using TestSession session = new();
        byte[] content = TestSession.Bytes(1000, seed: 1);
        GpuBuffer buffer = session.Create((ulong)content.Length);
        byte[] source = [.. content];

        session.Write(buffer, 0, source);
        Array.Clear(source);

        Assert.Equal(content, session.Read(buffer));
    }

    [Fact]
    public void Write_ManySmallOnes_DoNotOverwriteEachOther()
    {
        using TestSession session = new();
        List<(GpuBuffer Buffer, byte[] Content)> all = [];
        for (int i = 0; i < 150; i++)
        {
            byte[] content = TestSession.Bytes(20_000 + (i * 300), seed: i);
            all.Add((session.Create(content), content));
        }

        Assert.All(all, entry => Assert.Equal(entry.Content, session.Read(entry.Buffer)));
    }

    [Fact]
    public void CreateBuffer_OddSize_ReadsAsZerosAlsoInReusedMemory()
    {
        using TestSession session = new();
        for (int size = 1; size < 40; size++)
        {
            GpuBuffer first = session.Create(TestSession.Bytes(size, seed: size));
            session.Backend.DestroyBuffer(first);
            Assert.Equal(new byte[size], session.Read(session.Create((ulong)size)));
        }
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(0, 32 << 10)]
    [InlineData(16, 1001)]
    [InlineData(3, 2 << 10)]
    [InlineData(3, 5000)]
    [InlineData(0, 60_000)]
    public void Read_RightBehindAKernel_GetsWhatItWrote(int offset, int length)
    {
        const uint Count = 16_000;
        using TestSession session = new();
        byte[] content = TestSession.Bytes((int)Count * sizeof(float), seed: 9);
        GpuBuffer buffer = session.Create(content);
        byte[] target = new byte[length];
        for (int round = 0; round < 3; round++)
        {
            session.Backend.Elementwise(new ElementwiseParams(Count, ElementwiseOp.Relu), buffer, null, buffer);
            fixed (byte* pointer = target)
            {
                session.Backend.Read(buffer, (ulong)offset, new HostRange(pointer, (ulong)length));
            }

            float[] numbers = [.. MemoryMarshal.Cast<byte, float>(content).ToArray().Select(x => x < 0 ? 0 : x)];
            Assert.Equal(MemoryMarshal.AsBytes<float>(numbers).Slice(offset, length).ToArray(), target);
        }
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(54, 10)]
    [InlineData(0, 64)]
    public void Write_PartOfANewBufferInReusedMemory_LeavesZeros(int offset, int length)
    {
        using TestSession session = new();
        session.Backend.DestroyBuffer(session.Create(TestSession.Bytes(64, seed: 1)));
        byte[] content = TestSession.Bytes(length, seed: 2);
        GpuBuffer buffer = session.Create(64);

        session.Write(buffer, (ulong)offset, content);

        byte[] expected = new byte[64];
        content.CopyTo(expected, offset);
        Assert.Equal(expected, session.Read(buffer));
    }

    [Fact]
    public void CreateBuffer_Small_IsZeroedByTheFirstUseThatDoesNotReplaceAll()
    {
        using TestSession session = new();
        byte[] content = TestSession.Bytes(64, seed: 3);
        EmulatedDriver.emulationFail("cuMemsetD8Async", 0, 1, CuResult.InvalidValue);

        GpuBuffer replaced = session.Create(content);
        Assert.Equal(content, session.Read(replaced));

        GpuBuffer read = session.Create(64);
        Assert.Throws<GpuException>(() => session.Read(read));
        Assert.Equal(new byte[64], session.Read(read));
    }

    [Fact]
    public void Write_WholeNewBufferFails_ReadsAsZeros()
    {
        using TestSession session = new();
        session.Backend.DestroyBuffer(session.Create(TestSession.Bytes(64, seed: 4)));
        GpuBuffer buffer = session.Create(64);
        EmulatedDriver.emulationFail("cuMemcpyHtoDAsync_v2", 0, 1, CuResult.InvalidValue);

        Assert.Throws<GpuException>(() => session.Write(buffer, 0, TestSession.Bytes(64, seed: 5)));

        Assert.Equal(new byte[64], session.Read(buffer));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData((1 << 20) + 5)]
    public void Copy_OverlappingRanges_BehavesLikeMemmove(int distance)
    {
        using TestSession session = new();
        byte[] content = TestSession.Bytes(5 << 20, seed: 3);
        int size = content.Length - distance;
        foreach ((int from, int to) in new[] { (0, distance), (distance, 0) })
        {
            GpuBuffer buffer = session.Create(content);
            session.Backend.Copy(buffer, (ulong)from, buffer, (ulong)to, (ulong)size);

            byte[] expected = [.. content];
            Buffer.BlockCopy(content, from, expected, to, size);
            Assert.Equal(expected, session.Read(buffer));
            session.Backend.DestroyBuffer(buffer);
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("staged")]
    [InlineData("auto")]
    public void GuestMemory_AnyMode_MovesTheBytes(string mode)
    {
        using TestSession session = new(transfer: mode);
        using GuestArea area = new(pages: 40);
        byte[] content = TestSession.Bytes(area.Content.Length, seed: 4);
        content.CopyTo(area.Content);
        GpuBuffer buffer = session.Create((ulong)content.Length);

        // Growing ranges at odd places, each crossing the borders of those before.
        foreach ((int start, int length) in new[]
        {
            (5, 3 * Page), (Page + 1, 9 * Page), (3, 1), (20 * Page, 2 * Page), (15 * Page, 8 * Page), (7, 30 * Page),
            (0, 40 * Page), (0, 40 * Page), (39 * Page, Page),
        })
        {
            session.Backend.Write(buffer, (ulong)start, area.Range(start, length));
            area.Content.Slice(start, length).Clear();
            session.Backend.Read(buffer, (ulong)start, area.Range(start, length));
            Assert.True(content.AsSpan().SequenceEqual(area.Content), $"{length} bytes at {start}");
        }
    }

    [Fact]
    public void GuestMemory_Direct_RegistersOnlyTheNewPart()
    {
        using TestSession session = new(transfer: "direct");
        using GuestArea area = new(pages: 16);
        GpuBuffer buffer = session.Create(16 * Page);
        session.Backend.Write(buffer, 0, area.Range(10, 100));
        ulong others = PinnedRanges - 1;

        session.Backend.Write(buffer, 0, area.Range(0, Page));
        Assert.Equal(1UL, PinnedRanges - others);

        session.Backend.Write(buffer, 0, area.Range(0, Page + 1));
        Assert.Equal(2UL, PinnedRanges - others);

        session.Backend.Write(buffer, 0, area.Range(3 * Page, Page));
        session.Backend.Write(buffer, 0, area.Range(0, 16 * Page));
        Assert.Equal(5UL, PinnedRanges - others);

        area.Memory.Release();
        Assert.Equal(0UL, PinnedRanges - others);
    }

    [Fact]
    public void GuestMemory_Auto_RegistersAtTheSecondTransfer()
    {
        using TestSession session = new(transfer: "auto");
        using GuestArea area = new(pages: 64);
        GpuBuffer buffer = session.Create(64 * Page);
        session.Backend.Write(buffer, 0, area.Range(0, 64 * Page));
        ulong staged = PinnedRanges;

        session.Backend.Read(buffer, 0, area.Range(0, 64 * Page));

        Assert.Equal(staged + 1, PinnedRanges);
    }

    [Fact]
    public void GuestMemory_Staged_IsNeverRegistered()
    {
        using TestSession session = new(transfer: "staged");
        using GuestArea area = new(pages: 64);
        GpuBuffer buffer = session.Create(64 * Page);
        EmulatedDriver.emulationFail("cuMemHostRegister_v2", 0, 1, CuResult.IllegalAddress);

        session.Backend.Write(buffer, 0, area.Range(0, 64 * Page));
        session.Backend.Write(buffer, 0, area.Range(0, 64 * Page));

        Assert.False(session.Device.IsLost);
    }

    [Fact]
    public void GuestMemory_ThatCannotBeRegistered_GoesThroughStaging()
    {
        using TestSession session = new(transfer: "direct");
        using GuestArea area = new(pages: 4);
        byte[] content = TestSession.Bytes(4 * Page, seed: 5);
        content.CopyTo(area.Content);
        GpuBuffer buffer = session.Create(4 * Page);
        EmulatedDriver.emulationFail("cuMemHostRegister_v2", 0, 1, CuResult.OutOfMemory);

        session.Backend.Write(buffer, 0, area.Range(0, 4 * Page));

        Assert.Equal(content, session.Read(buffer));
    }

    [Fact]
    public void Staging_WithoutPinnedMemory_StillMovesTheBytes()
    {
        using TestSession session = new();
        EmulatedDriver.emulationFail("cuMemHostAlloc", 0, 1000, CuResult.OutOfMemory);
        byte[] small = TestSession.Bytes(1000, seed: 6);
        byte[] large = TestSession.Bytes(5 << 20, seed: 7);

        Assert.Equal(small, session.Read(session.Create(small)));
        Assert.Equal(large, session.Read(session.Create(large)));
    }

    [Theory]
    [InlineData("cuMemcpyHtoDAsync_v2")]
    [InlineData("cuEventRecord")]
    public void LargeWrite_FailingCall_IsToldAndTheSessionGoesOn(string call)
    {
        using TestSession session = new();
        GpuBuffer buffer = session.Create(8 << 20);
        session.Backend.Sync();
        byte[] content = TestSession.Bytes(8 << 20, seed: 8);
        EmulatedDriver.emulationFail(call, 3, 1, CuResult.InvalidValue);

        GpuException e = Assert.Throws<GpuException>(() => session.Write(buffer, 0, content));

        Assert.Contains($"{call} returned", e.Error.Message, StringComparison.Ordinal);
        session.Write(buffer, 0, content);
        Assert.Equal(content, session.Read(buffer));
    }
}
