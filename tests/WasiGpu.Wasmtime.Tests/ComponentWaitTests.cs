using System.Diagnostics;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Sleeps and waits of WASI 0.2 last as long as they should, and no longer than the guest's time.</summary>
public sealed class ComponentWaitTests
{
    /// <summary>
    /// <c>sleep</c> blocks on one timer; <c>poll</c> waits for two, the second of which may ring in an hour, twice in
    /// the list, and returns the numbers of those that rang; <c>none</c> waits for nothing at all.
    /// </summary>
    private const string Sleeper = """
        (component
          (import "wasi:io/poll@0.2.3" (instance $poll
            (export "pollable" (type $pollable (sub resource)))
            (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
            (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
          (alias export $poll "pollable" (type $pollable))
          (import "wasi:clocks/monotonic-clock@0.2.3" (instance $clock
            (alias outer 1 $pollable (type $p'))
            (export "pollable" (type $p (eq $p')))
            (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))
          (core module $libc
            (memory (export "memory") 1 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
          (core instance $libc (instantiate $libc))
          (alias core export $libc "memory" (core memory $memory))
          (alias core export $libc "realloc" (core func $realloc))
          (core func $subscribe (canon lower (func $clock "subscribe-duration")))
          (core func $block (canon lower (func $poll "[method]pollable.block")))
          (core func $poll (canon lower (func $poll "poll") (memory $memory) (realloc $realloc)))
          (core func $drop (canon resource.drop $pollable))
          (core module $m
            (import "libc" "memory" (memory 1))
            (import "wasi" "subscribe" (func $subscribe (param i64) (result i32)))
            (import "wasi" "block" (func $block (param i32)))
            (import "wasi" "poll" (func $poll (param i32 i32 i32)))
            (import "wasi" "drop" (func $drop (param i32)))
            (func (export "sleep") (param i64) (local $timer i32)
              (local.set $timer (call $subscribe (local.get 0)))
              (call $block (local.get $timer))
              (call $drop (local.get $timer)))
            (func (export "poll") (param i64 i64) (result i32)
              (i32.store (i32.const 64) (call $subscribe (local.get 1)))
              (i32.store (i32.const 68) (call $subscribe (local.get 0)))
              (i32.store (i32.const 72) (i32.load (i32.const 64)))
              (call $poll (i32.const 64) (i32.const 3) (i32.const 16))
              (call $drop (i32.load (i32.const 64)))
              (call $drop (i32.load (i32.const 68)))
              (i32.const 16))
            (func (export "none") (call $poll (i32.const 64) (i32.const 0) (i32.const 16))))
          (core instance $m (instantiate $m
            (with "libc" (instance $libc))
            (with "wasi" (instance
              (export "subscribe" (func $subscribe))
              (export "block" (func $block))
              (export "poll" (func $poll))
              (export "drop" (func $drop))))))
          (func (export "sleep") (param "ns" u64) (canon lift (core func $m "sleep")))
          (func (export "poll") (param "first" u64) (param "second" u64) (result (list u32))
            (canon lift (core func $m "poll") (memory $memory)))
          (func (export "none") (canon lift (core func $m "none"))))
        """;

    private const ulong Millisecond = 1_000_000;
    private const ulong Hour = 3_600_000 * Millisecond;

    // Only a hang exceeds it: the machine may be slow.
    private static readonly TimeSpan Ages = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(65UL)]
    public void Block_ShortTimer_LastsAsLong(ulong milliseconds)
    {
        using GuestModule module = WatComponents.Compile(Sleeper);

        // All that the guest has is its one page: what waits for it takes nothing of that.
        using Guest guest = module.Instantiate(new GuestOptions { TimeLimit = Ages, MaxMemoryBytes = 65_536 });
        for (int i = 0; i < 3; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Null(guest.Invoke("sleep", [milliseconds * Millisecond]).Trap?.Message);
            Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= milliseconds);
        }
    }

    [Theory]
    [InlineData(0, Hour, "[1]")]
    [InlineData(30 * Millisecond, Hour, "[1]")]
    [InlineData(Hour, 30 * Millisecond, "[0, 2]")]
    [InlineData(0, 0, "[0, 1, 2]")]
    public void Poll_Timers_ReturnsThoseThatRang(ulong first, ulong second, string expected)
    {
        using GuestModule module = WatComponents.Compile(Sleeper);
        using Guest guest = module.Instantiate(new GuestOptions { TimeLimit = Ages });
        for (int i = 0; i < 3; i++)
        {
            GuestResult result = guest.Invoke("poll", [first, second]);
            Assert.Null(result.Trap?.Message);
            Assert.Equal(expected, WasmValue.List([.. result.Values[0].Items.OrderBy(item => item.AsInteger())]).ToString());
        }
    }

    [Theory]
    [InlineData("sleep", new[] { Hour })]
    [InlineData("poll", new[] { Hour, Hour })]
    public void Wait_LongerThanTheLimit_IsEnded(string export, ulong[] durations)
    {
        using GuestModule module = WatComponents.Compile(Sleeper);
        WasmValue[] arguments = [.. durations.Select(duration => (WasmValue)duration)];
        using Guest limited = module.Instantiate(new GuestOptions { TimeLimit = TimeSpan.FromMilliseconds(150) });
        GuestResult result = InTime(() => limited.Invoke(export, arguments));
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
        Assert.Equal(GuestTrapKind.Deadline, limited.Invoke(export, arguments).Trap?.Kind);

        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(150));
        using Guest cancelled = module.Instantiate(new GuestOptions());
        result = InTime(() => cancelled.Invoke(export, arguments, source.Token));
        Assert.Equal(GuestTrapKind.Cancelled, result.Trap?.Kind);
    }

    [Fact]
    public void Poll_Nothing_Traps()
    {
        using GuestModule module = WatComponents.Compile(Sleeper);
        using Guest guest = module.Instantiate(new GuestOptions { TimeLimit = Ages });
        Assert.Equal(GuestTrapKind.Trap, InTime(() => guest.Invoke("none", [])).Trap?.Kind);
    }

    private static GuestResult InTime(Func<GuestResult> call)
    {
        long start = Stopwatch.GetTimestamp();
        GuestResult result = call();
        Assert.True(Stopwatch.GetElapsedTime(start) < Ages);
        return result;
    }
}
