using System.Diagnostics;
using WasiGpu.Wasmtime.Tests.Doubles;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Time limits and cancellation: wherever the guest is, it ends; nobody else does.</summary>
public sealed class DeadlineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    // Only a hang exceeds it: the machine may be slow.
    private static readonly TimeSpan Ages = TimeSpan.FromSeconds(20);

    private static readonly WasmValue[] NoArguments = [];

    [Fact]
    public void Limit_EndlessLoop_EndsTheGuestWithABacktrace()
    {
        GuestResult result = InTime(() => TestHost.Run(
            Wat.Command("(call $spin)", extra: "(func $spin (loop (br 0)))"),
            new GuestOptions { TimeLimit = Limit }));
        Assert.Equal(GuestResult.EndedExitCode, result.ExitCode);
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
        Assert.Equal("the time limit of 0.1 s passed", result.Trap?.Message);
        Assert.EndsWith("spin", result.Trap?.Backtrace[0], StringComparison.Ordinal);
        Assert.True(result.Usage.RunTime >= Limit);
    }

    [Theory]
    [InlineData("(func $f (loop (br 0))) (start $f)")]
    [InlineData("(func (export \"_initialize\") (loop (br 0)))")]
    public void Limit_WhileItStarts_Throws(string fields)
    {
        using GuestModule module = TestHost.Compile($"(module {fields})");
        GuestTrapException e = InTime(() => Assert.Throws<GuestTrapException>(
            () => module.Instantiate(new GuestOptions { TimeLimit = Limit })));
        Assert.Equal(GuestTrapKind.Deadline, e.Trap.Kind);
    }

    [Fact]
    public void Limit_InALongKernel_EndsTheGuest()
    {
        string extra = $"""
            (func (export "work")
              (loop
                (call $kernel-matmul (i32.const 1024) (i32.const 1024) (i32.const 1024) (i32.const 0) (i32.const 0)
                  (f32.const 1) (f32.const 0) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const {GpuGuest.Ret}))
                (br 0)))
            """;
        using GpuGuest guest = new(
            Wat.Library(extra: extra),
            new GuestOptions { Gpu = TestHost.Cpu, TimeLimit = TimeSpan.FromMilliseconds(400) });
        for (int i = 0; i < 3; i++)
        {
            guest.Create(4L << 20);
        }

        GuestResult result = InTime(() => guest.Guest.Invoke("work", NoArguments));
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
    }

    [Fact]
    public void Limit_InAnAllocator_EndsTheGuest()
    {
        string realloc = "(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (loop (br 0)) (i32.const 0))";
        using GpuGuest guest = new(Wat.Library(realloc), new GuestOptions { Gpu = TestHost.Cpu, TimeLimit = Limit });
        GuestResult result = InTime(() => guest.Guest.Invoke("get-device-info", [GpuGuest.Ret]));
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
        Assert.NotEmpty(result.Trap!.Backtrace);
    }

    [Fact]
    public void Limit_WaitingForInput_EndsTheGuest()
    {
        using ManualResetEventSlim never = new();
        using OddStream silent = new() { OnRead = _ => never.Wait(Ages) ? 1 : 0 };
        string read = "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))";
        string wat = Wat.Command(
            "(i32.store (i32.const 4) (i32.const 8))" + read,
            Wat.Wasi("fd_read", "(param i32 i32 i32 i32) (result i32)"));
        GuestOptions options = new() { StandardInput = silent };
        GuestResult result = InTime(() => TestHost.Run(wat, options with { TimeLimit = Limit }));
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
        using CancellationTokenSource source = new(Limit);
        result = InTime(() => TestHost.Run(wat, options, source.Token));
        Assert.Equal(GuestTrapKind.Cancelled, result.Trap?.Kind);
        never.Set();
    }

    [Fact]
    public void Limit_BackendThrowsDeadline_IsADeadline()
    {
        DoubleDevice device = new();
        using GpuGuest guest = new(options: new GuestOptions { Gpu = device, TimeLimit = TimeSpan.FromHours(1) });
        guest.Create(4);
        device.OnCall = _ => throw new DeadlineException("late");
        GuestResult result = guest.Guest.Invoke("kernel-reduce", [1, 0, 1, 1, GpuGuest.Ret]);
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);

        // Its backend takes no more calls, so the guest is not entered again.
        device.Calls.Clear();
        device.OnCall = _ => { };
        result = guest.Guest.Invoke("buffer-create", [4L, 0, GpuGuest.Ret]);
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
        Assert.Empty(device.Calls);
    }

    [Fact]
    public void Limit_Calls_StartAnew()
    {
        string wat = """
            (module (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (func (export "nap") (result i32)
                (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 400000000))
                (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))
            """;
        using GpuGuest guest = new(wat, new GuestOptions { TimeLimit = TimeSpan.FromMilliseconds(1_000) });
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, guest.Number("nap"));
        }

        Assert.True(guest.Guest.Usage.RunTime >= TimeSpan.FromMilliseconds(1_150));
    }

    [Fact]
    public void Limit_OneOfTwoGuests_LeavesTheOtherAlone()
    {
        string wat = """
            (module (func (export "count") (param i64) (result i64) (local $i i64)
              (loop
                (local.set $i (i64.add (local.get $i) (i64.const 1)))
                (br_if 0 (i64.lt_u (local.get $i) (local.get 0))))
              (local.get $i)))
            """;
        using GpuGuest limited = new(wat, new GuestOptions { TimeLimit = TimeSpan.FromMilliseconds(150) });
        using GpuGuest free = new(wat, new GuestOptions());
        GuestResult? ended = null;
        Thread thread = new(() => ended = limited.Guest.Invoke("count", [long.MaxValue]));
        thread.Start();
        const long Rounds = 300_000_000;
        Assert.Equal(Rounds, free.Call("count", Rounds).Values[0].AsInt64());
        Assert.True(thread.Join(Ages));
        Assert.Equal(GuestTrapKind.Deadline, ended?.Trap?.Kind);
    }

    [Fact]
    public void Limit_ZeroOrNegative_RunsNothing()
    {
        using MemoryStream output = new();
        foreach (TimeSpan limit in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.MinValue })
        {
            GuestResult result = TestHost.Run(Wat.Command("unreachable"), new GuestOptions { TimeLimit = limit });
            Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
        }

        Assert.Equal(0, TestHost.Run(Wat.Command(""), new GuestOptions { TimeLimit = TimeSpan.MaxValue }).ExitCode);
    }

    [Fact]
    public void Cancel_Before_RunsNothing()
    {
        GuestResult result = TestHost.Run(
            Wat.Command("unreachable"),
            new GuestOptions(),
            new CancellationToken(canceled: true));
        Assert.Equal(GuestTrapKind.Cancelled, result.Trap?.Kind);
        Assert.Equal(GuestResult.EndedExitCode, result.ExitCode);
    }

    [Fact]
    public void Cancel_During_EndsTheGuestForGood()
    {
        using GpuGuest guest = new("(module (func (export \"spin\") (loop (br 0))) (func (export \"f\")))");
        using CancellationTokenSource source = new(Limit);
        GuestResult result = InTime(() => guest.Guest.Invoke("spin", NoArguments, source.Token));
        Assert.Equal(GuestTrapKind.Cancelled, result.Trap?.Kind);
        Assert.Equal(GuestTrapKind.Cancelled, guest.Guest.Invoke("f", NoArguments).Trap?.Kind);
    }

    private static T InTime<T>(Func<T> action)
    {
        long start = Stopwatch.GetTimestamp();
        T result = action();
        Assert.True(Stopwatch.GetElapsedTime(start) < Ages);
        return result;
    }
}
