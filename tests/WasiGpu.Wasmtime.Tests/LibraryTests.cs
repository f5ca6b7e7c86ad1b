using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Libraries: how they start, and how an embedder calls their exports.</summary>
public sealed class LibraryTests
{
    private static readonly WasmValue[] NoArguments = [];

    [Fact]
    public void Instantiate_StartFunctionCallsImports_Works()
    {
        string extra = $"""
            (func $begin (call $buffer-create (i64.const 4) (i32.const 0) (i32.const {GpuGuest.Ret}))
              (call $get-device-info (i32.const 512)))
            (start $begin)
            """;
        using GpuGuest guest = new(Wat.Library(extra: extra));
        Assert.Equal(1, guest.Load32(GpuGuest.Ret + 4));
        Assert.Equal(3, guest.Number("reallocs"));
        Assert.Equal(1, guest.Guest.Usage.Buffers);
    }

    [Fact]
    public void Instantiate_Initialize_IsCalledOnceAfterTheStartFunction()
    {
        string wat = """
            (module (global $n (mut i32) (i32.const 5))
              (func $begin (global.set $n (i32.mul (global.get $n) (i32.const 10))))
              (start $begin)
              (func (export "_initialize") (global.set $n (i32.add (global.get $n) (i32.const 1))))
              (func (export "n") (result i32) (global.get $n)))
            """;
        using GpuGuest guest = new(wat);
        Assert.Equal(51, guest.Number("n"));
        Assert.Equal(51, guest.Number("n"));
    }

    [Theory]
    [InlineData("(func $f unreachable) (start $f)")]
    [InlineData("(func (export \"_initialize\") unreachable)")]
    public void Instantiate_StartTraps_ThrowsWithTheTrap(string fields)
    {
        using GuestModule module = TestHost.Compile($"(module {fields})");
        GuestTrapException e = Assert.Throws<GuestTrapException>(() => module.Instantiate(new GuestOptions()));
        Assert.Contains("unreachable", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(e.Trap.Backtrace);
    }

    [Fact]
    public void Instantiate_InitializeExits_Throws()
    {
        string wat = $"(module {Wat.Wasi("proc_exit", "(param i32)")} (memory (export \"memory\") 1)"
            + "(func (export \"_initialize\") (call $proc_exit (i32.const 4))))";
        using GuestModule module = TestHost.Compile(wat);
        GuestLoadException e = Assert.Throws<GuestLoadException>(() => module.Instantiate(new GuestOptions()));
        Assert.Contains("exited with 4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Library_IsRefusedAndExportsAreNamed()
    {
        using GuestModule module = TestHost.Compile("(module (func (export \"train\")) (func (export \"predict\")))");
        GuestLoadException e = Assert.Throws<GuestLoadException>(() => module.Run(new GuestOptions()));
        Assert.Contains("train, predict", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invoke_AllNumberTypes_RoundTrip()
    {
        string wat = """
            (module (func (export "swap") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
              (local.get 3) (local.get 2) (local.get 1) (local.get 0)))
            """;
        using GpuGuest guest = new(wat);
        IReadOnlyList<WasmValue> values = guest.Call("swap", -1, long.MinValue, -0.5f, double.Epsilon).Values;
        Assert.Equal([double.Epsilon, -0.5f, long.MinValue, -1], values);
        Assert.Equal(
            [WasmType.F64, WasmType.F32, WasmType.I64, WasmType.I32],
            values.Select(value => value.Type));
        Assert.Equal(-1, values[3].AsInt32());
        Assert.Equal(long.MinValue, values[2].AsInt64());
        Assert.Equal(-0.5f, values[1].AsSingle());
        Assert.Equal(double.Epsilon, values[0].AsDouble());
    }

    [Fact]
    public void Invoke_ManyResults_AllComeBack()
    {
        string types = string.Join(' ', Enumerable.Repeat("i32", 40));
        string values = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"(i32.const {i})"));
        using GpuGuest guest = new($"(module (func (export \"many\") (result {types}) {values}))");
        Assert.Equal(Enumerable.Range(0, 40), guest.Call("many").Values.Select(v => v.AsInt32()));
    }

    [Fact]
    public void Invoke_NanPayload_IsKept()
    {
        using GpuGuest guest = new("(module (func (export \"same\") (param f32) (result f32) (local.get 0)))");
        float nan = BitConverter.Int32BitsToSingle(0x7FC1_2345);
        Assert.Equal(0x7FC1_2345, BitConverter.SingleToInt32Bits(guest.Call("same", nan).Values[0].AsSingle()));
    }

    [Fact]
    public void Invoke_WrongArguments_Throws()
    {
        using GpuGuest guest = new("(module (func (export \"f\") (param i32)) (memory (export \"m\") 1))");
        Assert.Contains("(i32)", Assert.Throws<ArgumentException>(() => guest.Call("f")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => guest.Call("f", 1, 2));
        Assert.Throws<ArgumentException>(() => guest.Call("f", 1L));
        Assert.Throws<ArgumentException>(() => guest.Call("f", default(WasmValue)));
        Assert.Throws<ArgumentException>(() => guest.Call("m"));
        ArgumentException e = Assert.Throws<ArgumentException>(() => guest.Call("g"));
        Assert.Contains("no function 'g'", e.Message, StringComparison.Ordinal);
        guest.Call("f", 1);
    }

    [Theory]
    [InlineData("(param v128)")]
    [InlineData("(param funcref)")]
    [InlineData("(param externref)")]
    [InlineData("(result v128) (v128.const i64x2 0 0)")]
    [InlineData("(result funcref) (ref.null func)")]
    [InlineData("(result externref) (ref.null extern)")]
    public void Invoke_TypesThatAreNoNumbers_AreDescribedAndRefused(string type)
    {
        using GpuGuest guest = new($"(module (func (export \"f\") {type}) (func (export \"g\")))");
        ArgumentException e = Assert.Throws<ArgumentException>(() => guest.Guest.Invoke("f", NoArguments));
        Assert.Contains("only numbers", e.Message, StringComparison.Ordinal);
        guest.Call("g");
    }

    [Fact]
    public void Invoke_ReExportedImport_DoesNotCrash()
    {
        string wat = $"""
            (module {Wat.GpuImports} {Wat.Wasi("fd_write", "(param i32 i32 i32 i32) (result i32)")}
              {Wat.Wasi("proc_exit", "(param i32)")} (memory (export "memory") 1)
              (export "sync" (func $sync)) (export "create" (func $buffer-create)) (export "write" (func $fd_write))
              (export "exit" (func $proc_exit)))
            """;
        using GpuGuest guest = new(wat);
        guest.Call("sync");
        guest.Guest.Invoke("create", [4L, 0, 0]);
        guest.Guest.Invoke("write", [1, 0, 0, 0]);

        // WASI finds no memory to work in, since no guest code called it.
        Assert.NotNull(guest.Guest.Invoke("exit", [9]).Trap);
        guest.Call("sync");
    }

    [Fact]
    public void Invoke_AfterATrap_WorksAgain()
    {
        using GpuGuest guest = new("""
            (module (func (export "bad") unreachable) (func (export "good") (result i32) (i32.const 1)))
            """);
        for (int i = 0; i < 3; i++)
        {
            Assert.Contains("unreachable", guest.Trap("bad"), StringComparison.Ordinal);
            Assert.Equal(1, guest.Number("good"));
        }
    }

    [Fact]
    public void Invoke_DisposedGuest_Throws()
    {
        GpuGuest guest = new("(module (func (export \"f\")))");
        guest.Dispose();
        guest.Guest.Dispose();
        Assert.Throws<ObjectDisposedException>(() => guest.Guest.Invoke("f", NoArguments));
    }

    [Fact]
    public void Run_DisposedModule_Throws()
    {
        GuestModule module = TestHost.Compile(Wat.Command(""));
        module.Dispose();
        Assert.Throws<ObjectDisposedException>(() => module.Run(new GuestOptions()));
        Assert.Throws<ObjectDisposedException>(() => module.Instantiate(new GuestOptions()));
    }

    [Fact]
    public void Compile_DisposedHost_Throws()
    {
        WasmHost host = new();
        host.Dispose();
        Assert.Throws<ObjectDisposedException>(() => host.Compile("(module)"u8, "guest"));
    }

    [Fact]
    public void Invoke_ModuleAndHostDisposedBefore_StillWorks()
    {
        using WasmHost host = new();
        GuestModule module = host.Compile("(module (func (export \"f\") (result i32) (i32.const 7)))"u8, "guest");
        using Guest guest = module.Instantiate(new GuestOptions());
        module.Dispose();
        Assert.Equal(7, guest.Invoke("f", NoArguments).Values[0].AsInt32());
    }
}
