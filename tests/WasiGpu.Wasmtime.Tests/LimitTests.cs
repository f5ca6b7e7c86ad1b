using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Quotas: exact to the byte, and nothing is used up by what they refuse.</summary>
public sealed class LimitTests
{
    [Fact]
    public void GpuMemory_QuotaReached_IsExactToTheByte()
    {
        using GpuGuest guest = Open(new GuestOptions { MaxGpuMemoryBytes = 1_001 });
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", 1_002L, 0));
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", -1L, 0));
        Assert.Equal(1, guest.Create(1_000));
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", 2L, 0));
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", -1_000L, 0));
        Assert.Equal(2, guest.Create(1));
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", 1L, 0));
        guest.Ok("buffer-destroy", 1);
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", 1_001L, 0));
        Assert.Equal(3, guest.Create(1_000));
        Assert.Equal(1_001UL, guest.Guest.Usage.GpuBytes);
        Assert.Equal(1_001UL, guest.Guest.Usage.PeakGpuBytes);
        Assert.Equal(2, guest.Guest.Usage.Buffers);
    }

    [Fact]
    public void GpuMemory_QuotaZero_RefusesAll()
    {
        using GpuGuest guest = Open(new GuestOptions { MaxGpuMemoryBytes = 0 });
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", 1L, 0));
        Assert.StartsWith("invalid-params", guest.Ask("buffer-create", 0L, 0), StringComparison.Ordinal);
    }

    [Fact]
    public void Buffers_LimitReached_IsExactAndIdsCountUp()
    {
        using GpuGuest guest = Open(new GuestOptions { MaxBuffers = 3 });
        Assert.Equal([1, 2, 3], new[] { guest.Create(4), guest.Create(4), guest.Create(4) });
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", 4L, 0));
        Assert.StartsWith("invalid-params", guest.Ask("buffer-create", 0L, 0), StringComparison.Ordinal);
        guest.Ok("buffer-destroy", 2);
        Assert.Equal(4, guest.Create(4));
        Assert.Equal("out-of-memory", guest.Ask("buffer-create", 4L, 0));
        Assert.Equal("invalid-buffer", guest.Ask("buffer-destroy", 2));
        Assert.Equal("invalid-buffer", guest.Ask("buffer-destroy", 0));
        Assert.Equal(12UL, guest.Guest.Usage.GpuBytes);
    }

    [Fact]
    public void Ids_OfAnotherGuest_AreUnknown()
    {
        using GpuGuest one = Open(new GuestOptions());
        using GpuGuest other = Open(new GuestOptions());
        Assert.Equal(1, one.Create(4));
        Assert.Equal("invalid-buffer", other.Ask("buffer-destroy", 1));
        Assert.Equal(1, other.Create(4));
        one.Ok("buffer-destroy", 1);
        other.Ok("buffer-destroy", 1);
    }

    [Theory]
    [InlineData(3 * 65_536, 1, 2)]
    [InlineData((3 * 65_536) - 1, 1, -1)]
    [InlineData(2 * 65_536, 0, 2)]
    [InlineData(2 * 65_536, 1, -1)]
    public void Memory_Growth_StopsAtTheLimit(long limitBytes, int pages, int expected)
    {
        using GpuGuest guest = Open(new GuestOptions { MaxMemoryBytes = (ulong)limitBytes });
        Assert.Equal(expected, guest.Number("grow", pages));
        Assert.Equal(2 + (expected < 0 ? 0 : pages), guest.Number("pages"));
    }

    [Fact]
    public void Memory_NoLimit_StopsAtFourGiB()
    {
        using GpuGuest guest = Open(new GuestOptions());
        Assert.Equal(-1, guest.Number("grow", 65_536));
        Assert.Equal(2, guest.Number("grow", 65_534));
        Assert.Equal(65_536, guest.Number("pages"));

        // The last bytes of the address space can be used, and nothing wraps round.
        guest.Call("store32", -4, 0x01020304);
        int id = guest.Create(4);
        guest.Ok("buffer-write", id, 0L, -4, 4);
        guest.Trap("buffer-write", id, 0L, -4, 5, GpuGuest.Ret);
        guest.Call("buffer-destroy", id, -16);
        Assert.Equal(0, guest.Load32(-16));
    }

    [Fact]
    public void Memory_MinimumAboveTheLimit_IsRefusedInNumbers()
    {
        GuestLoadException e = Assert.Throws<GuestLoadException>(
            () => Open(new GuestOptions { MaxMemoryBytes = 131_071 }).Dispose());
        Assert.Contains("131072 bytes", e.Message, StringComparison.Ordinal);
        Assert.Contains("131071", e.Message, StringComparison.Ordinal);
        Open(new GuestOptions { MaxMemoryBytes = 131_072 }).Dispose();
    }

    [Fact]
    public void Tables_Growth_IsBounded()
    {
        string wat = """
            (module (table $t 0 externref)
              (func (export "grow") (param i32) (result i32) (table.grow $t (ref.null extern) (local.get 0))))
            """;
        using GpuGuest guest = new(wat);
        Assert.Equal(-1, guest.Number("grow", 100_000_000));
        Assert.Equal(0, guest.Number("grow", 1_000));
    }

    [Fact]
    public void Tables_HugeMinimum_IsRefused()
    {
        Assert.Equal(
            "'guest' cannot run here: a table starts with 1048577 elements: it may have 1048576 (offset 16)",
            TestHost.Refusal("(module (table 1048577 funcref))"));
        using GpuGuest largest = new("(module (table $t 1048576 funcref) (func (export \"size\") (result i32) (table.size $t)))");
        Assert.Equal(1_048_576, largest.Number("size"));
    }

    [Fact]
    public void TwoGuests_DifferentLimits_KeepTheirOwn()
    {
        using GpuGuest small = Open(new GuestOptions { MaxGpuMemoryBytes = 10, MaxMemoryBytes = 131_072 });
        using GpuGuest large = Open(new GuestOptions { MaxGpuMemoryBytes = 100, MaxMemoryBytes = 196_608 });
        Assert.Equal("out-of-memory", small.Ask("buffer-create", 11L, 0));
        large.Create(100);
        small.Create(10);
        Assert.Equal(-1, small.Number("grow", 1));
        Assert.Equal(2, large.Number("grow", 1));
    }

    private static GpuGuest Open(GuestOptions options) => new(options: options with { Gpu = TestHost.Cpu });
}
