using System.Diagnostics;
using System.Globalization;
using System.Text;
using WasiGpu.Cpu;
using WasiGpu.Wasmtime;

namespace WasiGpu.Isolation.Tests;

/// <summary>
/// Very many guests in one process, one after another and at once: nothing is left of them, none is wrong, none waits much
/// longer than the others, and together they keep to the device's memory.
/// </summary>
public sealed class SoakTests
{
    /// <summary>How many guests are made; more for a longer run.</summary>
    private const string CountVariable = "WASI_GPU_SOAK_GUESTS";

    private const int GuestCount = 64;

    private const string Imports = """
        (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
        (import "wasi:gpu/compute@0.1.0" "buffer-read" (func $read (param i32 i64 i32 i32)))
        (import "wasi:gpu/ml-kernels@0.1.0" "kernel-bootstrap-sample" (func $draw (param i32 i32 i32 i32 i32)))
        (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        """;

    private static int Count => Environment.GetEnvironmentVariable(CountVariable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : 10_000;

    // Seen to fail: with the guest's store not deleted (in Guest.Dispose, and its finalizer suppressed), by the resident
    // memory.
    [Fact]
    public void Guests_MadeRunAndDropped_LeaveNothing()
    {
        using IGpuDevice device = new CpuProvider(new CpuOptions { MaxThreads = 2 }).Open(0);
        using WasmHost host = new();
        using GuestModule work = Compile(host, $"(module {Imports} {Once("_start", "")})");
        GuestModule[] trapping = [.. GpuInterfaces.Functions.Select(function => Compile(host, Trapping(function)))];
        GuestOptions options = new() { Gpu = device, TimeLimit = TimeSpan.FromMinutes(1) };
        Footprint? settled = null;
        int count = Count;
        for (int i = 0; i < count; i++)
        {
            Assert.Null(work.Run(options).Trap);
            Assert.Equal(GuestTrapKind.Trap, trapping[i % trapping.Length].Run(options).Trap?.Kind);
            if (i == count / 4)
            {
                settled = Footprint.Now();
            }
        }

        Footprint end = Footprint.Now();
        foreach (GuestModule module in trapping)
        {
            module.Dispose();
        }

        // A leak of 4 KiB a guest, of the smallest thread or of one descriptor in a hundred guests is seen.
        Assert.Equal(0UL, device.Memory.UsedBytes);
        Assert.InRange(end.ResidentBytes - settled!.ResidentBytes, long.MinValue, (long)count * 3 / 4 * 4096);
        Assert.InRange(end.Threads - settled.Threads, int.MinValue, 8);
        Assert.InRange(end.Descriptors - settled.Descriptors, int.MinValue, 8);
    }

    // Every guest draws from its own seed, as often as it can: what it draws must be what it draws alone. The least share is
    // compared with that of 64 bare threads, since whoever else uses the machine disturbs both; and three times, since not
    // always alike. Seen to fail: with every tenth guest waiting a millisecond in each call.
    [Fact]
    public void Guests_SixtyFourAtOnce_AreRightAndNoneStarves()
    {
        TimeSpan time = TimeSpan.FromSeconds(3);
        using IGpuDevice device = new CpuProvider(new CpuOptions { MaxThreads = 2 }).Open(0);
        using WasmHost host = new();
        using GuestModule module = Compile(host, $"(module {Imports} {Once("round", "(param i32) (result i64)")})");
        GuestOptions options = new() { Gpu = device };
        double least = 0;
        double leastOfThreads = 0;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            leastOfThreads = LeastShare(RunAtOnce(seed => () => Hash(seed), time));
            Guest[] guests = [.. Enumerable.Range(0, GuestCount).Select(_ => module.Instantiate(options))];
            least = LeastShare(RunAtOnce(seed => () => Draw(guests[seed], seed), time));
            foreach (Guest guest in guests)
            {
                guest.Dispose();
            }

            if (least >= leastOfThreads / 2)
            {
                return;
            }
        }

        Assert.Fail($"a guest made {least:0.00} of its share of calls, the last of bare threads {leastOfThreads:0.00}");
    }

    // Seen to fail: with a budget that is read, compared and added to in three steps; with sessions not disposed, by the
    // memory that is not given back.
    [Fact]
    public void Guests_FillingADeviceTogether_FillItExactly()
    {
        const int BufferBytes = 1_000;
        const ulong DeviceBytes = 1 << 20;
        using IGpuDevice device = new CpuProvider(new CpuOptions { MaxThreads = 2, MemoryBytes = DeviceBytes }).Open(0);
        using WasmHost host = new();
        using GuestModule module = Compile(host, $"""
            (module {Imports}
              (func (export "fill") (result i32) (local $made i32)
                (loop $next
                  (call $create (i64.const {BufferBytes}) (i32.const 32) (i32.const 0))
                  (if (i32.eqz (i32.load8_u (i32.const 0)))
                    (then
                      (local.set $made (i32.add (local.get $made) (i32.const 1)))
                      (br $next))))
                (local.get $made))
              (func (export "create") (param i64) (result i32)
                (call $create (local.get 0) (i32.const 32) (i32.const 0))
                (i32.load8_u (i32.const 0))))
            """);
        GuestOptions options = new() { Gpu = device };
        for (int round = 0; round < 20; round++)
        {
            Guest[] guests = [.. Enumerable.Range(0, 16).Select(_ => module.Instantiate(options))];
            using Barrier start = new(guests.Length);
            Task<int>[] runs = [.. guests.Select(guest => Worker.Begin(() =>
            {
                start.SignalAndWait();
                return guest.Invoke("fill", []).Values[0].AsInt32();
            }))];
            Assert.Equal((int)DeviceBytes / BufferBytes, runs.Sum(Worker.End));
            Assert.InRange(device.Memory.PeakBytes, 0UL, DeviceBytes);

            // Not one byte more than is left, and to the last byte.
            ulong left = DeviceBytes - device.Memory.UsedBytes;
            Assert.Equal(1, guests[0].Invoke("create", [(long)left + 1]).Values[0].AsInt32());
            Assert.Equal(0, guests[0].Invoke("create", [(long)left]).Values[0].AsInt32());
            Assert.Equal(DeviceBytes, device.Memory.UsedBytes);
            foreach (Guest guest in guests)
            {
                guest.Dispose();
            }

            Assert.Equal(0UL, device.Memory.UsedBytes);
        }
    }

    /// <summary>Lets 64 threads do something as often as they can, and checks that it always gives the same.</summary>
    /// <param name="choose">What the thread of a number does.</param>
    /// <param name="time">For how long.</param>
    /// <returns>How often each did it.</returns>
    private static long[] RunAtOnce(Func<int, Func<long>> choose, TimeSpan time)
    {
        long[] alone = [.. Enumerable.Range(0, GuestCount).Select(number => choose(number)())];
        using Barrier start = new(GuestCount);
        Task<long>[] runs = [.. alone.Select((expected, number) => Worker.Begin(() =>
        {
            Func<long> action = choose(number);
            start.SignalAndWait();
            long rounds = 0;
            for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < time; rounds++)
            {
                Assert.Equal(expected, action());
            }

            return rounds;
        }))];
        return [.. runs.Select(Worker.End)];
    }

    /// <summary>The least of the shares, 1 being a fair one.</summary>
    private static double LeastShare(long[] rounds) => rounds.Min() / rounds.Average();

    /// <summary>Work that takes about as long as a draw.</summary>
    private static long Hash(int seed)
    {
        long hash = seed;
        for (int i = 0; i < 20_000; i++)
        {
            hash = (hash * 6_364_136_223_846_793_005) + i;
        }

        return hash;
    }

    private static long Draw(Guest guest, int seed) => guest.Invoke("round", [seed]).Values[0].AsInt64();

    /// <summary>Draws 256 numbers and returns the last two of them; a command drops them.</summary>
    private static string Once(string export, string type)
    {
        bool isCommand = type.Length == 0;
        return $"""
            (global $is-made (mut i32) (i32.const 0))
            (func (export "{export}") {type}
              (if (i32.eqz (global.get $is-made))
                (then (call $create (i64.const 1024) (i32.const 32) (i32.const 0)) (global.set $is-made (i32.const 1))))
              (call $draw (i32.const 256) {(isCommand ? "(i32.const 1)" : "(local.get 0)")} (i32.const 1000000)
                (i32.const 1) (i32.const 0))
              (if (i32.load8_u (i32.const 0)) (then unreachable))
              (call $read (i32.const 1) (i64.const 0) (i32.const 1024) (i32.const 0))
              (if (i32.load8_u (i32.const 0)) (then unreachable))
              {(isCommand ? "" : "(i64.load (i32.const 2040))")})
            """;
    }

    /// <summary>A command that traps in its call of a function: the place for the result lies outside its memory.</summary>
    private static string Trapping(GpuFunction function)
    {
        IReadOnlyList<WasmType> types = function.Signature.Parameters;
        string arguments = string.Join(' ', types.Select(type => $"({Name(type)}.const -1)"));
        string trap = types.Count == 0 ? "unreachable" : "";
        return $"""
            (module
              (import "{function.Interface}" "{function.Name}" (func $f (param {string.Join(' ', types.Select(Name))})))
              (memory (export "memory") 1)
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
              (func (export "_start") (call $f {arguments}) {trap}))
            """;
    }

    private static string Name(WasmType type) => type.ToString().ToLowerInvariant();

    private static GuestModule Compile(WasmHost host, string text) => host.Compile(Encoding.UTF8.GetBytes(text), "guest");
}
