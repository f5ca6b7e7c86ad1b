using System.Text;
using WasiGpu.Wasmtime;

namespace WasiGpu.Isolation.Tests;

/// <summary>What a guest gets and gives in a worker is what it gets and gives in this process.</summary>
public sealed class SameResultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wasi-gpu-isolation").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_OnTheDevice_GivesTheSameBytesAndCounts()
    {
        (GuestResult here, byte[] expected) = Worker.RunHere(Guests.Draw, new GuestOptions());
        (GuestResult result, byte[] output) = Worker.Run(Guests.Draw, new GuestOptions { WorkerGpu = Worker.Cpu });
        Assert.Equal(7, result.ExitCode);
        Assert.Null(result.Trap);
        Assert.Equal(expected, output);
        TimeSpan any = TimeSpan.Zero;
        Assert.Equal(
            here.Usage with { KernelTime = any, RunTime = any },
            result.Usage with { KernelTime = any, RunTime = any });
        Assert.True(result.Usage.RunTime > any);
        Assert.Equal(here.Device?.Name, result.Device?.Name);
        Assert.Equal("cpu:0", result.Device?.Id);
    }

    [Fact]
    public void Run_ThatTraps_GivesTheSameTrap()
    {
        byte[] guest = Encoding.UTF8.GetBytes(
            "(module (func $inner unreachable) (func (export \"_start\") (call $inner)))");
        GuestTrap here = Worker.RunHere(guest, new GuestOptions()).Result.Trap!;
        GuestResult result = Worker.Run(guest, new GuestOptions()).Result;
        Assert.Equal((here.Kind, here.Message, 134), (result.Trap?.Kind, result.Trap?.Message, result.ExitCode));
        Assert.Equal(here.Backtrace, result.Trap?.Backtrace);
        Assert.NotEmpty(here.Backtrace);
    }

    [Fact]
    public void Run_EndlessLoop_EndsWithABacktraceAsHere()
    {
        byte[] guest = Guests.Command("(loop (br 0))");
        GuestResult result = Worker.Run(guest, new GuestOptions { TimeLimit = TimeSpan.FromMilliseconds(300) }).Result;
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
        Assert.Equal("the time limit of 0.3 s passed", result.Trap?.Message);
    }

    [Fact]
    public void Streams_ArgumentsAndEnvironment_ReachTheGuest()
    {
        GuestOptions options = new()
        {
            Arguments = ["guest", "Ünï ✓", ""],
            Environment = [new("NAME", "välue"), new("EMPTY", "")],
        };
        using MemoryStream errors = new();
        byte[] output = Worker.Run(Guests.ShowGrants, options with { StandardError = errors }).Output;
        Assert.Equal("guest\0Ünï ✓\0\0", Encoding.UTF8.GetString(output));
        Assert.Equal("NAME=välue\0EMPTY=\0", Encoding.UTF8.GetString(errors.ToArray()));

        // Nothing of this process's own environment.
        Assert.Empty(Worker.Run(Guests.ShowGrants, new GuestOptions()).Output);
    }

    [Fact]
    public void Streams_LongInput_IsStreamedBothWays()
    {
        byte[] bytes = new byte[3_000_001];
        new Random(1).NextBytes(bytes);
        using MemoryStream input = new(bytes);
        (GuestResult result, byte[] output) = Worker.Run(Guests.Echo, new GuestOptions { StandardInput = input });
        Assert.Equal((0, null), (result.ExitCode, result.Trap));
        Assert.Equal(bytes, output);
    }

    [Fact]
    public void Streams_NoInput_IsEmpty() => Assert.Empty(Worker.Run(Guests.Echo, new GuestOptions()).Output);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Directories_Granted_AreAsWritableAsHere(bool isReadOnly)
    {
        byte[] guest = Guests.Command("(call $exit (call $mkdir (i32.const 3) (i32.const 100) (i32.const 4)))");
        GuestOptions options = new() { Directories = [new GuestDirectory(_folder, "/data", isReadOnly)] };
        GuestResult result = Worker.Run(guest, options).Result;
        Assert.Equal(isReadOnly, result.ExitCode != 0);
        Assert.Equal(!isReadOnly, Directory.Exists(Path.Combine(_folder, "made")));

        // Without a grant there is no descriptor 3: WASI's error 8.
        Assert.Equal(8, Worker.Run(guest, new GuestOptions()).Result.ExitCode);
    }

    [Theory]
    [InlineData(4095, 10)]
    [InlineData(4096, 7)]
    public void Quota_OfGpuMemory_IsExact(int limitBytes, int exitCode)
    {
        GuestOptions options = new() { WorkerGpu = Worker.Cpu, MaxGpuMemoryBytes = (ulong)limitBytes };
        Assert.Equal(exitCode, Worker.Run(Guests.Draw, options).Result.ExitCode);
    }

    [Fact]
    public void Quota_OfBuffersAndMemory_Holds()
    {
        Assert.Equal(10, Worker.Run(Guests.Draw, new GuestOptions { WorkerGpu = Worker.Cpu, MaxBuffers = 0 }).Result.ExitCode);
        GuestLoadException e = Assert.Throws<GuestLoadException>(
            () => Worker.Run(Guests.Draw, new GuestOptions { MaxMemoryBytes = 65_536 }));
        Assert.Contains("the limit is 65536", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gpu_NotGranted_IsUnavailable()
    {
        // The error's case 3.
        GuestResult result = Worker.Run(Guests.Draw, new GuestOptions()).Result;
        Assert.Equal((13, false), (result.ExitCode, result.IsDeviceLost));
        Assert.Null(result.Device);
    }

    [Fact]
    public void Gpu_LostUnderTheGuest_IsToldAsHere()
    {
        GuestResult result = Worker.Run(Guests.Draw, new GuestOptions { WorkerGpu = new DeviceChoice("lost") }).Result;
        Assert.Equal((13, true), (result.ExitCode, result.IsDeviceLost));
        Assert.Null(result.Trap);
    }

    [Fact]
    public void Gpu_ThatIsMissing_IsTold()
    {
        GuestOptions options = new() { WorkerGpu = new DeviceChoice("cuda") };
        GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => Worker.Run(Guests.Draw, options));
        Assert.Contains("'cuda'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gpu_OpenHere_IsRefused()
    {
        using IGpuDevice device = new WasiGpu.Cpu.CpuProvider().Open(0);
        GuestLoadException e = Assert.Throws<GuestLoadException>(
            () => Worker.Run(Guests.Draw, new GuestOptions { Gpu = device }));
        Assert.Contains("WorkerGpu", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<GuestLoadException>(
            () => Worker.RunHere(Guests.Draw, new GuestOptions { WorkerGpu = Worker.Cpu }));
        Assert.Contains("IsolatedHost", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_OfEachCall_ArrivesInOrder()
    {
        List<string> here = [];
        List<string> calls = [];
        Worker.RunHere(Guests.Draw, new GuestOptions { TraceGpu = call => here.Add($"{call.Function} {call.Result}") });
        Worker.Run(
            Guests.Draw,
            new GuestOptions { WorkerGpu = Worker.Cpu, TraceGpu = call => calls.Add($"{call.Function} {call.Result}") });
        Assert.Equal(here, calls);
        Assert.Equal(1 + (59 * 2), calls.Count);
    }

    [Fact]
    public void File_ThatIsNoGuest_IsRefusedAsHere()
    {
        GuestLoadException here = Assert.Throws<GuestLoadException>(
            () => Worker.RunHere("(module (import \"env\" \"f\" (func)))"u8.ToArray(), new GuestOptions()));
        GuestLoadException e = Assert.Throws<GuestLoadException>(
            () => Worker.Run("(module (import \"env\" \"f\" (func)))"u8.ToArray(), new GuestOptions()));
        Assert.Equal(here.Message, e.Message);
        e = Assert.Throws<GuestLoadException>(() => Worker.Host.Load(Path.Combine(_folder, "missing.wasm")));
        Assert.Contains("does not exist", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_Before_StartsNothing()
    {
        GuestResult result = Worker.Run(
            Guests.Command("unreachable"),
            new GuestOptions(),
            new CancellationToken(canceled: true)).Result;
        Assert.Equal((GuestTrapKind.Cancelled, 134), (result.Trap?.Kind, result.ExitCode));
    }

    [Fact]
    public void InvokeText_OfACoreModule_ReturnsNumbers()
    {
        IsolatedModule module = Worker.Host.Compile(
            """
            (module
              (func (export "both") (param i32 f64) (result f64 i32) (local.get 1) (local.get 0))
              (func (export "nan") (result f32) (f32.reinterpret_i32 (i32.const 0x7fc12345)))
              (func (export "fail") unreachable))
            """u8,
            "library");
        IReadOnlyList<WasmValue> values = module.InvokeText("both(-1, 0.5)", new GuestOptions()).Values;
        Assert.Equal([0.5, -1], values);
        float nan = module.InvokeText("nan", new GuestOptions()).Values[0].AsSingle();
        Assert.Equal(0x7fc12345, BitConverter.SingleToInt32Bits(nan));
        Assert.Equal(GuestTrapKind.Trap, module.InvokeText("fail", new GuestOptions()).Trap?.Kind);
        ArgumentException e = Assert.Throws<ArgumentException>(() => module.InvokeText("none(1)", new GuestOptions()));
        Assert.Contains("'none'", e.Message, StringComparison.Ordinal);
        Assert.Throws<GuestLoadException>(() => module.Run(new GuestOptions()));
    }

    [Fact]
    public void Values_OfEveryKind_PassUnchanged()
    {
        WasmValue[] values =
        [
            1, 2L, 1.5f, double.NaN, true, 3u, ulong.MaxValue, new Rune('é'), "tëxt\0", WasmValue.None,
            WasmValue.Some(WasmValue.Some(1)), WasmValue.Ok(), WasmValue.Ok("x"), WasmValue.Error(),
            WasmValue.Error(WasmValue.List([])), WasmValue.List([1, 2]), WasmValue.Tuple(1, "a"),
            WasmValue.Record(("x", 1), ("y", WasmValue.Flags("read", "write"))), WasmValue.Flags(),
            WasmValue.Variant("case", 1), WasmValue.Variant("bare"), WasmValue.Enum("red"),
            WasmValue.FromInteger(WasmType.S8, -1),
        ];
        Assert.Equal(values, values.Select(value => WorkerValue.Of(value).ToValue()));
    }
}
