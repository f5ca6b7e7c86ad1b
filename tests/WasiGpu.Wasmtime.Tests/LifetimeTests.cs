using System.Runtime.CompilerServices;
using WasiGpu.Cpu;
using WasiGpu.Wasmtime.Tests.Doubles;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>What a guest holds ends with it; counts and traces are exact; guests do not disturb each other.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public unsafe void Dispose_Order_IsMemoryThenSessionThenUnmapping()
    {
        DoubleDevice device = new();
        GpuGuest guest = new(options: new GuestOptions { Gpu = device });
        guest.Call("store32", 0, 0x11223344);
        guest.Ok("buffer-write", guest.Create(4), 0L, 0, 4);
        device.Calls.Clear();
        int seen = 0;
        device.GuestMemory!.Released += (sender, _) =>
        {
            device.Calls.Add("released");
            seen = *(int*)((HostMemory)sender!).BaseAddress;
        };
        guest.Dispose();
        guest.Dispose();
        Assert.Equal(["released", "dispose"], device.Calls);
        Assert.Equal(0x11223344, seen);
        Assert.Equal(0UL, guest.Guest.Usage.GpuBytes);
        Assert.Equal(TimeSpan.FromMilliseconds(7), guest.Guest.Usage.KernelTime);
    }

    [Fact]
    public void Run_EveryEnd_DisposesTheSession()
    {
        foreach (string body in new[] { "", "unreachable", "(loop (br 0))", "(call $proc_exit (i32.const 3))" })
        {
            DoubleDevice device = new();
            TestHost.Run(
                Wat.Command(body, Wat.Wasi("proc_exit", "(param i32)")),
                new GuestOptions { Gpu = device, TimeLimit = TimeSpan.FromMilliseconds(50) });
            Assert.Equal(["dispose"], device.Calls);
        }

        DoubleDevice failing = new();
        using GuestModule module = TestHost.Compile("(module (func $f unreachable) (start $f))");
        Assert.Throws<GuestTrapException>(() => module.Instantiate(new GuestOptions { Gpu = failing }));
        Assert.Equal(["dispose"], failing.Calls);
        GuestDirectory missing = new(Path.Combine(AppContext.BaseDirectory, "none"), "/");
        Assert.Throws<GuestLoadException>(
            () => module.Instantiate(new GuestOptions { Gpu = failing, Directories = [missing] }));
        Assert.Equal(["dispose", "dispose"], failing.Calls);
    }

    [Fact]
    public void Dispose_ThousandsOfGuests_LeaveNothing()
    {
        const int Guests = 2_000;
        const int NoiseOfOtherTests = 100;
        using IGpuDevice device = new CpuProvider(new CpuOptions { MaxThreads = 1 }).Open(0);
        using GuestModule module = TestHost.Compile(Wat.Library());
        int filesBefore = OpenFiles();
        List<WeakReference> guests = [];
        for (int i = 0; i < Guests; i++)
        {
            guests.Add(UseAndDispose(module, device));
        }

        Assert.Equal(0UL, device.Memory.UsedBytes);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(guests.Count(g => g.IsAlive), 0, 2);
        Assert.InRange(OpenFiles() - filesBefore, -NoiseOfOtherTests, NoiseOfOtherTests);
    }

    [Theory]
    [InlineData("invoke")]
    [InlineData("dispose")]
    public void Callbacks_ThatUseTheGuest_AreRefused(string use)
    {
        Guest? own = null;
        GuestOptions options = new()
        {
            Gpu = TestHost.Cpu,
            TraceGpu = _ =>
            {
                if (use == "invoke")
                {
                    own?.Invoke("sync", []);
                }
                else
                {
                    own?.Dispose();
                }
            },
        };
        using GpuGuest guest = new(options: options);
        own = guest.Guest;
        GuestTrap? trap = guest.Guest.Invoke("sync", []).Trap;
        own = null;
        Assert.Equal(GuestTrapKind.Host, trap?.Kind);
        Assert.Contains("the guest is running", trap?.Message, StringComparison.Ordinal);
        guest.Call("sync");
    }

    [Fact]
    public void HostCalls_SteadyState_AllocateNothing()
    {
        string realloc = "(func $realloc (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 8192))";
        string extra = $"""
            (func (export "calls") (param i32)
              (loop
                (call $buffer-write (i32.const 1) (i64.const 0) (i32.const 0) (i32.const 16) (i32.const {GpuGuest.Ret}))
                (call $buffer-copy
                  (i32.const 1) (i64.const 0) (i32.const 2) (i64.const 8) (i64.const 8) (i32.const {GpuGuest.Ret}))
                (call $buffer-read (i32.const 2) (i64.const 0) (i32.const 16) (i32.const {GpuGuest.Ret}))
                (call $buffer-read (i32.const 9) (i64.const 0) (i32.const 16) (i32.const {GpuGuest.Ret}))
                (call $sync)
                (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                (br_if 0 (local.get 0))))
            """;
        using GpuGuest guest = new(Wat.Library(realloc, extra));
        guest.Create(16);
        guest.Create(16);
        long few = Allocated(guest, 10);
        few = Math.Min(few, Allocated(guest, 10));
        Assert.Equal(few, Allocated(guest, 10_000));
        Assert.Equal(5 * 10_020, guest.Guest.Usage.GpuCalls - 2);
    }

    [Fact]
    public void Usage_Numbers_AreExact()
    {
        using GpuGuest guest = new();
        guest.Create(100);
        guest.Create(50);
        guest.Ok("buffer-write", 1, 0L, 0, 40);
        guest.Ok("buffer-write", 1, 0L, 0, 0);
        guest.Ask("buffer-write", 1, 90L, 0, 40);
        guest.Ok("buffer-read", 1, 0L, 7);
        guest.Ok("buffer-copy", 1, 0L, 2, 0L, 13L);
        guest.Ok("kernel-reduce", 10, 0, 1, 2);
        guest.Ask("kernel-reduce", 0, 0, 1, 2);
        guest.Ok("buffer-destroy", 1);
        guest.Create(20);
        guest.Call("sync");
        GuestUsage usage = guest.Guest.Usage;
        Assert.Equal(
            new GuestUsage
            {
                GpuCalls = 12,
                KernelCalls = 1,
                BytesWritten = 40,
                BytesRead = 7,
                BytesCopied = 13,
                GpuBytes = 70,
                PeakGpuBytes = 150,
                Buffers = 2,
                KernelTime = usage.KernelTime,
                RunTime = usage.RunTime,
            },
            usage);
        Assert.True(usage.RunTime > TimeSpan.Zero);
    }

    [Fact]
    public void Trace_EachCall_IsOneLine()
    {
        List<GpuCallTrace> traces = [];
        using GpuGuest guest = new(options: new GuestOptions { Gpu = TestHost.Cpu, TraceGpu = traces.Add });
        guest.Create(64);
        guest.Ok("buffer-write", 1, 8L, 16, 4);
        guest.Ok("buffer-read", 1, 60L, 4);
        guest.Ask("buffer-destroy", -1);
        guest.Ask("kernel-matmul", 1, 2, 3, 0, 1, 0.5f, -1f, 1, 1, 1);
        guest.Call("get-device-info", GpuGuest.Ret);
        guest.Call("sync");
        guest.Trap("kernel-reduce", 1, 9, 1, 1, GpuGuest.Ret);
        Assert.Equal(
            [
                "buffer-create(size: 64, usage: 32) -> ok 1",
                "buffer-write(buffer: 1, offset: 8, data.ptr: 16, data.len: 4) -> ok",
                "buffer-read(buffer: 1, offset: 60, size: 4) -> ok 4 bytes",
                "buffer-destroy(buffer: 4294967295) -> invalid-buffer",
                "kernel-matmul(m: 1, k: 2, n: 3, trans-a: 0, trans-b: 1, alpha: 0.5, beta: -1, a: 1, b: 1, c: 1)"
                    + " -> invalid-params: c is also an operand: the product needs a buffer of its own",
                "get-device-info() -> ok",
                "sync() -> ok",
                "kernel-reduce(n-elements: 1, op: 9, input: 1, output: 1) -> trap",
            ],
            traces.Select(t => t.ToString()[..t.ToString().LastIndexOf(" [", StringComparison.Ordinal)]));
        Assert.All(traces, t => Assert.Matches(@" \[\d+\.\d us\]$", t.ToString()));
    }

    [Fact]
    public void Guests_ManyAtOnceOfOneModule_AreAllRight()
    {
        using GuestModule module = TestHost.Compile(Wat.Library());
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            GuestOptions options = new()
            {
                Gpu = TestHost.Cpu,
                TimeLimit = i % 2 == 0 ? TimeSpan.FromMinutes(1) : null,
                MaxGpuMemoryBytes = (ulong)(4_000 + i),
            };
            using Guest guest = module.Instantiate(options);
            const int Ret = GpuGuest.Ret;
            guest.Invoke("buffer-create", [4_000L, 0, Ret]);
            guest.Invoke("store32", [0, BitConverter.SingleToInt32Bits(i)]);
            guest.Invoke("buffer-write", [1, 400L, 0, 4, Ret]);
            guest.Invoke("kernel-reduce", [1_000, 0, 1, 1, Ret]);
            guest.Invoke("buffer-read", [1, 0L, 4, Ret]);
            int at = guest.Invoke("load32", [Ret + 4]).Values[0].AsInt32();
            int bits = guest.Invoke("load32", [at]).Values[0].AsInt32();
            Assert.Equal(i, BitConverter.Int32BitsToSingle(bits));
            guest.Invoke("buffer-create", [(long)i + 1, 0, Ret]);
            Assert.Equal(1, guest.Invoke("load32", [Ret]).Values[0].AsInt32());
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference UseAndDispose(GuestModule module, IGpuDevice device)
    {
        using MemoryStream input = new([1]);
        using MemoryStream output = new();
        GuestOptions options = new() { Gpu = device, StandardInput = input, StandardOutput = output };
        using Guest guest = module.Instantiate(options);
        Assert.Null(guest.Invoke("buffer-create", [1_000L, 0, GpuGuest.Ret]).Trap);
        Assert.Equal(1_000UL, guest.Usage.GpuBytes);
        return new WeakReference(guest);
    }

    private static int OpenFiles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static long Allocated(GpuGuest guest, int calls)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        guest.Guest.Invoke("calls", [calls]);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
