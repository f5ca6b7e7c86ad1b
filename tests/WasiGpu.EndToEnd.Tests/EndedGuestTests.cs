namespace WasiGpu.EndToEnd.Tests;

/// <summary>Guests that are ended: exit code 134, the reason, and where the guest was.</summary>
public sealed class EndedGuestTests
{
    [Fact]
    public void Trap_DeepInside_ShowsTheBacktrace()
    {
        ProgramResult result = ProgramRun.Of("run", ProgramRun.Guest("trap"));
        result.AssertFirstError(134, "trap.wat: trap: ", "divide by zero");
        Assert.Contains("divide", result.ErrorLines[1], StringComparison.Ordinal);
        Assert.Contains("outer", result.ErrorLines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Trap_InALibrary_IsTold()
    {
        ProgramRun.Of("run", "--invoke", "divide", ProgramRun.Guest("library"), "1", "0")
            .AssertFirstError(134, "library.wat: trap: ", "divide by zero");
    }

    [Theory]
    [InlineData("no-memory", "'memory'")]
    [InlineData("no-realloc", "'cabi_realloc'")]
    [InlineData("pointer-outside", "65528")]
    [InlineData("return-outside", "65532")]
    public void Border_BrokenRule_IsATrapThatNamesIt(string guest, string reason)
    {
        ProgramRun.Of("run", ProgramRun.Guest(guest)).AssertFirstError(134, $"{guest}.wat: trap: ", reason);
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("sleep")]
    public void Timeout_PassedAnywhere_EndsTheGuest(string guest)
    {
        ProgramResult result = ProgramRun.Of("run", "--timeout", "300ms", ProgramRun.Guest(guest));
        result.AssertFirstError(134, $"{guest}.wat: the time limit of 300ms has passed");
        Assert.Equal("ready\n", result.Output);
    }

    [Fact]
    public void Timeout_NotPassed_ChangesNothing()
    {
        ProgramRun.Of("run", "--timeout", "1h", ProgramRun.Guest("exit-7")).AssertExit(7);
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("sleep")]
    public void Interrupt_Anywhere_EndsTheGuest(string guest)
    {
        ProgramRun.Interrupted("run", ProgramRun.Guest(guest)).AssertFirstError(130, $"{guest}.wat: interrupted");
    }
}
