using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Traps: a cause in plain words, and the frames with their names.</summary>
public sealed class TrapTests
{
    [Theory]
    [InlineData("unreachable", "unreachable instruction executed")]
    [InlineData("(drop (i32.load (i32.const 131072)))", "out of bounds memory access")]
    [InlineData("(drop (i32.load offset=4294967295 (i32.const -1)))", "out of bounds memory access")]
    [InlineData("(drop (i32.div_u (i32.const 1) (i32.const 0)))", "integer divide by zero")]
    [InlineData("(drop (i32.div_s (i32.const -2147483648) (i32.const -1)))", "integer overflow")]
    [InlineData("(drop (i32.trunc_f32_s (f32.const nan)))", "conversion of a float that has no integer value")]
    [InlineData("(call_indirect $t (i32.const 1))", "call of an empty table element")]
    [InlineData("(call_indirect $t (i32.const 2))", "out of bounds table access")]
    [InlineData("(call_indirect $t (param i32) (i32.const 0) (i32.const 0))", "indirect call of a function of another type")]
    [InlineData("(call $deep)", "call stack exhausted")]
    public void Trap_Cause_IsToldInWords(string body, string expected)
    {
        GuestResult result = TestHost.Run(Wat.Command(
            "(call $outer)",
            extra: $"""
                (table $t 2 2 funcref) (elem (i32.const 0) $deep)
                (func $deep (call $deep) (call $deep))
                (func $inner {body})
                (func $outer (call $inner))
                """));
        Assert.Equal(GuestResult.EndedExitCode, result.ExitCode);
        Assert.Equal(new GuestTrap(GuestTrapKind.Trap, expected, result.Trap!.Backtrace), result.Trap);
        if (body != "(call $deep)")
        {
            Assert.Equal(["inner", "outer", "start"], result.Trap.Backtrace.Select(frame => frame.Split(' ')[^1]));
            Assert.Matches("^0: 0x[0-9a-f]+ inner$", result.Trap.Backtrace[0]);
        }
    }

    [Fact]
    public void Trap_FunctionWithoutAName_HasItsNumber()
    {
        GuestResult result = TestHost.Run("(module (func) (func (export \"_start\") unreachable))");
        Assert.EndsWith("function 1", Assert.Single(result.Trap!.Backtrace), StringComparison.Ordinal);
    }

    [Fact]
    public void Trap_NamesWithControlCharacters_AreMadeHarmless()
    {
        string text = Assert.Single(TestHost.Run("(module (func $f (@name \"a\\n\\1bb\") (export \"_start\") unreachable))")
            .Trap!.Backtrace);
        Assert.EndsWith(@"a\u000a\u001bb", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Trap_InAHostCall_HasTheGuestsFrames()
    {
        using GpuGuest guest = new();
        GuestTrap? trap = guest.Guest.Invoke("buffer-destroy", [1, 3]).Trap;
        Assert.Equal("the return pointer 3 is not aligned to 4 bytes", trap?.Message);
        Assert.NotEmpty(trap!.Backtrace);
    }

    [Fact]
    public void Recursion_WithoutEnd_LeavesTheHostAlive()
    {
        using GpuGuest guest = new("(module (func $f (export \"f\") (call $f) (call $f)) (func (export \"g\")))");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("call stack exhausted", guest.Trap("f"));
            guest.Call("g");
        }
    }

    [Fact]
    public void Recursion_IntoAHostCallAtTheBottom_LeavesTheHostAlive()
    {
        string extra = $"""
            (func $down (export "down")
              (call $buffer-create (i64.const 0) (i32.const 0) (i32.const {GpuGuest.Ret}))
              (global.set $heap (i32.const 4096))
              (call $down) (call $sync))
            """;
        using GpuGuest guest = new(Wat.Library(extra: extra));
        Assert.Equal("call stack exhausted", guest.Trap("down"));
        Assert.Equal(1, guest.Create(4));
    }
}
