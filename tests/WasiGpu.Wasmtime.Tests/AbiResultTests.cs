using System.Buffers.Binary;
using System.Text;
using WasiGpu.Wasmtime.Tests.Doubles;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>What the host writes into the guest's memory: each result's layout, and not a byte more.</summary>
public sealed class AbiResultTests
{
    private static readonly byte[] Ok = [0, 0, 0, 0];

    [Fact]
    public void GetDeviceInfo_Grant_HasTheRecordsLayout()
    {
        DoubleDevice device = new();
        using GpuGuest guest = new(options: new GuestOptions { Gpu = device });
        byte[] area = guest.Gpu(36, "get-device-info");
        Assert.Equal("Déjà vu ✓", TextAt(guest, area, 0));
        Assert.Equal("double", TextAt(guest, area, 8));
        Assert.Equal(0x1_2345_6789UL, BinaryPrimitives.ReadUInt64LittleEndian(area.AsSpan(16)));
        Assert.Equal([1, 0, 0, 0], area[24..28]);
        Assert.Equal("9.0", TextAt(guest, area, 28));
        Assert.Equal(3, guest.Number("reallocs"));
    }

    [Fact]
    public void GetDeviceInfo_QuotaBelowTheDevice_TellsTheQuota()
    {
        using GpuGuest guest = new(options: new GuestOptions { Gpu = TestHost.Cpu, MaxGpuMemoryBytes = 12_345 });
        byte[] area = guest.Gpu(36, "get-device-info");
        Assert.Equal(12_345UL, BinaryPrimitives.ReadUInt64LittleEndian(area.AsSpan(16)));
        Assert.Equal("cpu", TextAt(guest, area, 8));
        Assert.Equal(0, area[24]);
    }

    [Fact]
    public void BufferCreate_Success_WritesTagAndId()
    {
        using GpuGuest guest = new();
        Assert.Equal([0, 0, 0, 0, 1, 0, 0, 0], guest.Gpu(8, "buffer-create", 64L, 32));
        Assert.Equal([0, 0, 0, 0, 2, 0, 0, 0], guest.Gpu(8, "buffer-create", 64L, 32));
        Assert.Equal(0, guest.Number("reallocs"));
    }

    [Fact]
    public void BufferRead_Success_WritesTagPointerAndLength()
    {
        using GpuGuest guest = new();
        int id = guest.Create(16);
        guest.Call("store32", 2048, 0x04030201);
        Assert.Equal(Ok, guest.Gpu(4, "buffer-write", id, 3L, 2048, 4));
        byte[] area = guest.Gpu(12, "buffer-read", id, 2L, 6);
        Assert.Equal(0U, Word(area, 0));
        Assert.Equal(6U, Word(area, 8));
        Assert.Equal([0, 1, 2, 3, 4, 0], guest.Bytes((int)Word(area, 4), 6));
    }

    [Fact]
    public void BufferRead_LengthZero_StillAllocates()
    {
        using GpuGuest guest = new();
        int id = guest.Create(16);
        byte[] area = guest.Gpu(12, "buffer-read", id, 16L, 0);
        Assert.Equal(0U, Word(area, 8));
        Assert.Equal(1, guest.Number("reallocs"));
        Assert.Equal(0, guest.Number("last-size"));
    }

    [Theory]
    [InlineData("buffer-destroy", GpuErrorKind.InvalidBuffer)]
    [InlineData("buffer-create", GpuErrorKind.OutOfMemory)]
    public void Errors_WithoutText_WriteTagAndCase(string function, GpuErrorKind kind)
    {
        using GpuGuest guest = new();
        WasmValue[] arguments = function == "buffer-create" ? [-1L, 32] : [7];
        Assert.Equal([1, 0, 0, 0, (byte)kind, 0, 0, 0], guest.Gpu(8, function, arguments));
        Assert.Equal(0, guest.Number("reallocs"));
    }

    [Fact]
    public void Errors_WithText_WriteTagCasePointerAndLength()
    {
        using GpuGuest guest = new();
        byte[] area = guest.Gpu(16, "buffer-create", 0L, 32);
        Assert.Equal([1, 0, 0, 0, 4, 0, 0, 0], area[..8]);
        Assert.Equal("size is 0: a buffer has at least 1 byte", TextAt(guest, area, 8));
    }

    [Fact]
    public void Kernels_Success_WriteTheTagAlone()
    {
        DoubleDevice device = new();
        using GpuGuest guest = new(options: new GuestOptions { Gpu = device });
        for (int size = 1; size <= 5; size++)
        {
            guest.Create(1000 + size);
        }

        device.Calls.Clear();
        Assert.Equal(Ok, guest.Gpu(4, "kernel-bootstrap-sample", 10, -2, -3, 1));
        Assert.Equal(Ok, guest.Gpu(4, "kernel-find-split", 11, 6, 5, 4, 1, 2, 3, 4, 5));
        Assert.Equal(Ok, guest.Gpu(4, "kernel-average", 3, 2, 1, 2));
        Assert.Equal(Ok, guest.Gpu(4, "kernel-matmul", 2, 3, 4, 0, 256, 0.5f, -0.25f, 1, 2, 3));
        Assert.Equal(Ok, guest.Gpu(4, "kernel-elementwise", 9, 3, 1, 1, 2, 3));
        Assert.Equal(Ok, guest.Gpu(4, "kernel-elementwise", 9, 7, 1, 0, 77, 3));
        Assert.Equal(Ok, guest.Gpu(4, "kernel-elementwise", 9, 7, 1, 1, 77, 3));
        Assert.Equal(Ok, guest.Gpu(4, "kernel-reduce", 9, 4, 1, 2));
        Assert.Equal(Ok, guest.Gpu(4, "kernel-batch-predict", 4, 3, 2, -1, 1, 2, 3, 4));
        Assert.Equal(Ok, guest.Gpu(4, "buffer-copy", 1, 3L, 2, 5L, 7L));
        guest.Call("sync");
        Assert.Equal(
            [
                $"{new BootstrapParams(10, 0xFFFF_FFFE, 0xFFFF_FFFD)}",
                $"{new FindSplitParams(11, 6, 5, 4)} 1001 1002 1003 1004 1005",
                $"{new AverageParams(3, 2)} 1001 1002",
                $"{new MatMulParams(2, 3, 4, false, true, 0.5f, -0.25f)} 1001 1002 1003",
                "9 Add 1001 1002 1003",
                "9 Log 1001  1003",
                "9 Log 1001  1003",
                $"{new ReduceParams(9, ReduceOp.Variance)} 1001 1002",
                $"{new BatchPredictParams(4, 3, 2, 0xFFFF_FFFF)} 1001 1002 1003 1004",
                "copy 3 5 7",
                "sync",
            ],
            device.Calls);
        Assert.Equal(0, guest.Number("reallocs"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(int.MinValue)]
    public void Bools_AnyBitSet_AreTrue(int value)
    {
        DoubleDevice device = new();
        using GpuGuest guest = new(options: new GuestOptions { Gpu = device });
        for (int i = 0; i < 3; i++)
        {
            guest.Create(4);
        }

        guest.Ok("kernel-matmul", 1, 1, 1, value, value, 1f, 0f, 1, 2, 3);
        Assert.StartsWith($"{new MatMulParams(1, 1, 1, true, true, 1, 0)}", device.Calls[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_UnknownBits_AreIgnored()
    {
        DoubleDevice device = new();
        using GpuGuest guest = new(options: new GuestOptions { Gpu = device });
        guest.Create(4, usage: -1);
        Assert.Equal("create 4 63", device.Calls[^1]);
    }

    [Theory]
    [InlineData("kernel-elementwise", 8)]
    [InlineData("kernel-elementwise", -1)]
    [InlineData("kernel-reduce", 5)]
    public void Enums_OutOfRange_Trap(string kernel, int op)
    {
        using GpuGuest guest = new();
        WasmValue[] arguments = kernel == "kernel-reduce" ? [1, op, 1, 1, GpuGuest.Ret] : [1, op, 1, 0, 0, 1, GpuGuest.Ret];
        Assert.Contains($"-op is {(uint)op}", guest.Trap(kernel, arguments), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_DiscriminantOutOfRange_Traps()
    {
        using GpuGuest guest = new();
        string message = guest.Trap("kernel-elementwise", 1, 0, 1, 2, 1, 1, GpuGuest.Ret);
        Assert.Contains("option input-b is 2", message, StringComparison.Ordinal);
    }

    private static uint Word(byte[] area, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(area.AsSpan(offset));

    private static string TextAt(GpuGuest guest, byte[] area, int offset)
    {
        return Encoding.UTF8.GetString(guest.Bytes((int)Word(area, offset), (int)Word(area, offset + 4)));
    }
}
