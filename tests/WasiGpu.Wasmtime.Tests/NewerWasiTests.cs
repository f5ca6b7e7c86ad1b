using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Functions of a later WASI 0.2 than the engine's, in interfaces that it has.</summary>
public sealed class NewerWasiTests
{
    /// <summary>Calls what there is and, when told to, what there is not, of one interface each.</summary>
    private const string Guest = """
        (component
          (import "wasi:io/poll@0.2.77" (instance $poll
            (export "pollable" (type (sub resource)))
            (export "wake" (func (result u32)))))
          (alias export $poll "pollable" (type $pollable))
          (import "wasi:clocks/monotonic-clock@0.2.77" (instance $clock
            (alias outer 1 $pollable (type $p'))
            (export "pollable" (type $p (eq $p')))
            (export "alarm" (type $alarm (sub resource)))
            (export "now" (func (result u64)))
            (export "[constructor]alarm" (func (param "when" u64) (result (own $alarm))))
            (export "subscribe-alarm" (func (param "alarm" (borrow $alarm)) (result (own $p))))))
          (alias export $clock "alarm" (type $alarm))
          (import "wasi:clocks/wall-clock@0.2.0" (instance $wall
            (type $time (record (field "seconds" u64) (field "nanoseconds" u32)))
            (export "datetime" (type $datetime (eq $time)))
            (alias outer 1 $pollable (type $p'))
            (export "pollable" (type (eq $p')))
            (export "resolution" (func (result $datetime)))))
          (core module $libc (memory (export "memory") 1))
          (core instance $libc (instantiate $libc))
          (alias core export $libc "memory" (core memory $memory))
          (core func $now (canon lower (func $clock "now")))
          (core func $wake (canon lower (func $poll "wake")))
          (core func $alarm (canon lower (func $clock "[constructor]alarm")))
          (core func $subscribe (canon lower (func $clock "subscribe-alarm")))
          (core func $resolution (canon lower (func $wall "resolution") (memory $memory)))
          (core func $drop (canon resource.drop $alarm))
          (core module $m
            (import "wasi" "now" (func $now (result i64)))
            (import "wasi" "wake" (func $wake (result i32)))
            (import "wasi" "alarm" (func $alarm (param i64) (result i32)))
            (import "wasi" "subscribe" (func $subscribe (param i32) (result i32)))
            (import "wasi" "resolution" (func $resolution (param i32)))
            (import "wasi" "drop" (func $drop (param i32)))
            (func (export "old") (result i64) (call $resolution (i32.const 16)) (call $now))
            (func (export "wake") (result i32) (call $wake))
            (func (export "alarm") (call $drop (call $alarm (i64.const 1))))
            (func (export "subscribe") (drop (call $subscribe (i32.const 1)))))
          (core instance $m (instantiate $m (with "wasi" (instance
            (export "now" (func $now))
            (export "wake" (func $wake))
            (export "alarm" (func $alarm))
            (export "subscribe" (func $subscribe))
            (export "resolution" (func $resolution))
            (export "drop" (func $drop))))))
          (func (export "old") (result u64) (canon lift (core func $m "old")))
          (func (export "wake") (result u32) (canon lift (core func $m "wake")))
          (func (export "alarm") (canon lift (core func $m "alarm"))))
        """;

    private static readonly string[] Newer =
    [
        "wasi:io/poll@0.2.77 wake",
        "wasi:clocks/monotonic-clock@0.2.77 [constructor]alarm",
        "wasi:clocks/monotonic-clock@0.2.77 subscribe-alarm",
    ];

    [Fact]
    public void Instantiate_NewerFunctions_LeaveTheOlderOnes()
    {
        using GuestModule module = WatComponents.Compile(Guest);
        Assert.Equal(Newer, module.Description.Component!.MissingFunctions);
        using Guest guest = module.Instantiate(new GuestOptions());
        GuestResult result = guest.Invoke("old", []);
        Assert.Null(result.Trap);
        Assert.NotEqual(0, result.Values[0].AsInteger());
    }

    [Theory]
    [InlineData("wake", "'wasi:io/poll@0.2.77' 'wake' was called")]
    [InlineData("alarm", "'wasi:clocks/monotonic-clock@0.2.77' '[constructor]alarm' was called")]
    public void Invoke_NewerFunction_TrapsByName(string export, string message)
    {
        using GuestModule module = WatComponents.Compile(Guest);
        using Guest guest = module.Instantiate(new GuestOptions());
        GuestResult result = guest.Invoke(export, []);
        Assert.Equal(GuestTrapKind.Trap, result.Trap?.Kind);
        Assert.Contains(message, result.Trap!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_NewerFunctions_ListsThem()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "newer-wasi.wat");
        File.WriteAllText(path, Guest);
        Assert.Equal(Newer, WasmHost.Inspect(path).Component!.MissingFunctions);
    }

    [Theory]
    [InlineData("0.2.0", true)]
    [InlineData("0.2.12", true)]
    [InlineData("0.2.77", true)]
    [InlineData("0.2.0-rc-2023-11-10", false)]
    [InlineData("0.3.0", false)]
    public void IsServed_Version_IsAReleaseOfTheSameMinor(string version, bool isServed)
    {
        Assert.Equal(isServed, WasiInterfaces.IsServed($"wasi:io/poll@{version}"));
    }
}
