using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Allocators that fail, lie, end the guest, or call back in the middle of a host call.</summary>
public sealed class AbiReallocTests
{
    private const string Head = "(func $realloc (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)";

    [Fact]
    public void Realloc_NoneExported_TrapsAndNamesItOnlyWhenNeeded()
    {
        using GpuGuest guest = new(Wat.Library(realloc: ""));
        int id = guest.Create(16);
        guest.Ok("buffer-write", id, 0L, 0, 16);
        Assert.Equal("invalid-buffer", guest.Ask("buffer-destroy", 9));
        Assert.Contains("'cabi_realloc'", guest.Trap("buffer-read", id, 0L, 4, GpuGuest.Ret), StringComparison.Ordinal);
        Assert.Contains("'cabi_realloc'", guest.Trap("buffer-create", 0L, 0, GpuGuest.Ret), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(i32.const 0)", "returned 0 for 16 bytes")]
    [InlineData("(i32.const -1)", "16 bytes at 4294967295")]
    [InlineData("(i32.const -16)", "16 bytes at 4294967280")]
    [InlineData("(i32.const 131057)", "16 bytes at 131057")]
    [InlineData("(unreachable)", "unreachable")]
    [InlineData("(i32.load (i32.const -1))", "out of bounds")]
    public void Realloc_FailsOrLies_Traps(string body, string expected)
    {
        using GpuGuest guest = new(Wat.Library($"{Head} {body})"));
        int id = guest.Create(64);
        Assert.Contains(expected, guest.Trap("buffer-read", id, 0L, 16, GpuGuest.Ret), StringComparison.Ordinal);

        // The guest can still be called, and the failure left nothing behind.
        Assert.Equal(id + 1, guest.Create(1));
    }

    [Theory]
    [InlineData("(i32.const 131056)")]
    [InlineData("(i32.const 3)")]
    public void Realloc_AnyPlaceInside_IsTaken(string body)
    {
        using GpuGuest guest = new(Wat.Library($"{Head} {body})"));
        guest.Ok("buffer-read", guest.Create(64), 0L, 16);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(131_072, true)]
    [InlineData(131_073, false)]
    public void Realloc_LengthZero_MayReturnNullButNothingOutside(int pointer, bool isTaken)
    {
        using GpuGuest guest = new(Wat.Library($"{Head} (i32.const {pointer}))"));
        int id = guest.Create(64);
        if (isTaken)
        {
            guest.Ok("buffer-read", id, 0L, 0);
        }
        else
        {
            guest.Trap("buffer-read", id, 0L, 0, GpuGuest.Ret);
        }
    }

    [Fact]
    public void Realloc_GrowsMemory_NewPagesAreWritten()
    {
        string realloc = $"{Head} (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))";
        using GpuGuest guest = new(Wat.Library(realloc));
        int id = guest.Create(16);
        guest.Call("store32", 2048, 0x0BADCAFE);
        guest.Ok("buffer-write", id, 0L, 2048, 4);
        guest.Ok("buffer-read", id, 0L, 16);
        Assert.Equal(131_072, guest.Load32(GpuGuest.Ret + 4));
        Assert.Equal(0x0BADCAFE, guest.Load32(131_072));
    }

    [Fact]
    public void Realloc_ReturnsTheReturnArea_HostSurvives()
    {
        using GpuGuest guest = new(Wat.Library($"{Head} (i32.const {GpuGuest.Ret}))"));
        int id = guest.Create(64);
        guest.Ok("buffer-read", id, 0L, 64);
        Assert.Equal(GpuGuest.Ret, guest.Load32(GpuGuest.Ret + 4));
        Assert.Equal(64, guest.Load32(GpuGuest.Ret + 8));
    }

    [Fact]
    public void Realloc_WritesOverTheReturnArea_ResultComesLast()
    {
        string realloc = $"{Head} (memory.fill (i32.const 1000) (i32.const 255) (i32.const 64)) (i32.const 4096))";
        using GpuGuest guest = new(Wat.Library(realloc));
        guest.Ok("buffer-read", guest.Create(64), 0L, 8);
        Assert.Equal(4096, guest.Load32(GpuGuest.Ret + 4));
        Assert.Equal(8, guest.Load32(GpuGuest.Ret + 8));
        Assert.Equal(-1, guest.Load32(GpuGuest.Ret + 12));
    }

    [Fact]
    public void Realloc_DestroysTheBufferBeingRead_IsInvalidBuffer()
    {
        string realloc = $"{Head} (call $buffer-destroy (i32.const 1) (i32.const 512)) (i32.const 4096))";
        using GpuGuest guest = new(Wat.Library(realloc));
        int id = guest.Create(64);
        Assert.Equal("invalid-buffer", guest.Ask("buffer-read", id, 0L, 8));
        Assert.Equal(0, guest.Load32(512));
        Assert.Equal(0UL, guest.Guest.Usage.GpuBytes);
    }

    [Fact]
    public void Realloc_ReplacesTheBufferBeingRead_IsInvalidBuffer()
    {
        string realloc = $"""
            {Head} (call $buffer-destroy (i32.const 1) (i32.const 512))
              (call $buffer-create (i64.const 4) (i32.const 0) (i32.const 528)) (i32.const 4096))
            """;
        using GpuGuest guest = new(Wat.Library(realloc));
        Assert.Equal("invalid-buffer", guest.Ask("buffer-read", guest.Create(64), 0L, 8));
        Assert.Equal(2, guest.Load32(532));
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(7, true)]
    [InlineData(8, false)]
    [InlineData(1000, false)]
    public void Realloc_CallsItselfThroughTheHost_IsCapped(int depth, bool isTaken)
    {
        // Each level reads a byte, which allocates, which reads a byte...; depth counts the allocators inside the first.
        string realloc = $"""
            (global $left (mut i32) (i32.const {depth}))
            {Head}
              (if (i32.gt_s (global.get $left) (i32.const 0)) (then
                (global.set $left (i32.sub (global.get $left) (i32.const 1)))
                (call $buffer-read (i32.const 1) (i64.const 0) (i32.const 1) (i32.const 512))))
              (i32.const 4096))
            """;
        using GpuGuest guest = new(Wat.Library(realloc));
        int id = guest.Create(4);
        if (isTaken)
        {
            guest.Ok("buffer-read", id, 0L, 4);
            Assert.Equal(depth + 2, guest.Guest.Usage.GpuCalls);
            return;
        }

        Assert.Contains("8 levels", guest.Trap("buffer-read", id, 0L, 4, GpuGuest.Ret), StringComparison.Ordinal);
        guest.Ok("buffer-destroy", id);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(125)]
    public void Realloc_Exits_KeepsTheCode(int code)
    {
        string realloc = $"{Head} (call $proc_exit (i32.const {code})) (unreachable))";
        using GpuGuest guest = new(Wat.Library(realloc, imports: Wat.Wasi("proc_exit", "(param i32)")));
        int id = guest.Create(4);
        GuestResult result = guest.Guest.Invoke("buffer-read", [id, 0L, 4, GpuGuest.Ret]);
        Assert.Null(result.Trap);
        Assert.Equal(code, result.ExitCode);
    }

    [Fact]
    public void Realloc_ExitsTwoLevelsDeep_KeepsTheCode()
    {
        string realloc = $"""
            (global $depth (mut i32) (i32.const 0))
            {Head}
              (if (global.get $depth) (then (call $proc_exit (i32.const 42))))
              (global.set $depth (i32.const 1))
              (call $get-device-info (i32.const 512))
              (unreachable))
            """;
        using GpuGuest guest = new(Wat.Library(realloc, imports: Wat.Wasi("proc_exit", "(param i32)")));
        Assert.Equal(42, guest.Guest.Invoke("get-device-info", [GpuGuest.Ret]).ExitCode);
    }

    [Fact]
    public void Realloc_WritesToStandardOutput_Works()
    {
        string realloc = $"""
            (data (i32.const 256) "\08\01\00\00\05\00\00\00alloc")
            {Head} (drop (call $fd_write (i32.const 1) (i32.const 256) (i32.const 1) (i32.const 320))) (i32.const 4096))
            """;
        string wat = Wat.Library(realloc, imports: Wat.Wasi("fd_write", "(param i32 i32 i32 i32) (result i32)"));
        using MemoryStream output = new();
        using GpuGuest guest = new(wat, new GuestOptions { Gpu = TestHost.Cpu, StandardOutput = output });
        guest.Ok("buffer-read", guest.Create(4), 0L, 4);
        Assert.Equal("alloc"u8.ToArray(), output.ToArray());
    }

    [Fact]
    public void Realloc_IsAnImportedFunction_TrapsOrAnswers()
    {
        // fd_write has the allocator's type: the host then calls host code, with no guest code in between.
        string wat = Wat.Library(
            "(export \"cabi_realloc\" (func $fd_write))",
            imports: Wat.Wasi("fd_write", "(param i32 i32 i32 i32) (result i32)"));
        using GpuGuest guest = new(wat);
        GuestResult result = guest.Guest.Invoke("buffer-read", [guest.Create(64), 0L, 32, GpuGuest.Ret]);
        Assert.NotNull(result.Trap ?? (object)result.Values);
    }

    [Fact]
    public void Realloc_TrapsInTwoCalls_EachIsReported()
    {
        using GpuGuest guest = new(Wat.Library($"{Head} (unreachable))"));
        int id = guest.Create(4);
        Assert.Contains("unreachable", guest.Trap("buffer-read", id, 0L, 4, GpuGuest.Ret), StringComparison.Ordinal);
        Assert.Contains("aligned", guest.Trap("buffer-read", id, 0L, 4, GpuGuest.Ret + 1), StringComparison.Ordinal);
        Assert.Contains("unreachable", guest.Trap("buffer-read", id, 0L, 4, GpuGuest.Ret), StringComparison.Ordinal);
    }

    [Fact]
    public void Realloc_ForAText_GetsAlignmentOneAndNoOldBlock()
    {
        string realloc = $"""
            {Head}
              (if (local.get 0) (then unreachable)) (if (local.get 1) (then unreachable))
              (if (i32.ne (local.get 2) (i32.const 1)) (then unreachable))
              (i32.const 4096))
            """;
        using GpuGuest guest = new(Wat.Library(realloc));
        Assert.StartsWith("invalid-params: size is 0", guest.Ask("buffer-create", 0L, 0), StringComparison.Ordinal);
        guest.Call("get-device-info", GpuGuest.Ret);
    }
}
