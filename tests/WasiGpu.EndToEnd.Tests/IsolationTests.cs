using System.Diagnostics;
using System.Globalization;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>
/// <c>run --isolate process</c>: everything is as without it, but a worker that is stuck or dies takes nobody with it.
/// </summary>
public sealed class IsolationTests
{
    [Fact]
    public void Guest_OnTheDevice_EndsAsWithoutIt()
    {
        ProgramResult result = Run("--backend", "cpu", "--stats", ProgramRun.Guest("sum"));
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains("cpu:0 (", result.Errors, StringComparison.Ordinal);
        Assert.Matches(@"bytes written +16\n", result.Errors);
        Run(ProgramRun.Guest("exit-7")).AssertExit(7);
        Run("--backend", "webgpu", ProgramRun.Guest("sum")).AssertExit(0);
    }

    [Fact]
    public void Guest_StreamsArgumentsAndEnvironment_AreItsOwn()
    {
        Assert.Equal(
            "to be repeated\n",
            ProgramRun.WithInput("to be repeated\n", "run", "--isolate", "process", ProgramRun.Guest("echo")).Output);
        foreach (string[] arguments in new string[][]
        {
            ["--env", "A=b", ProgramRun.Guest("environ")],
            [ProgramRun.Guest("args"), "--an-option", "x y"],
        })
        {
            ProgramResult here = ProgramRun.Of(["run", .. arguments]).AssertExit(0);
            Assert.Equal(here.Output, Run(arguments).AssertExit(0).Output);
            Assert.NotEmpty(here.Output);
        }
    }

    [Fact]
    public void Invoke_OfALibrary_PrintsTheSame()
    {
        Assert.Equal("5\n", Run("--invoke", "add", ProgramRun.Guest("library"), "2", "3").AssertExit(0).Output);
        Run("--invoke", "missing", ProgramRun.Guest("library")).AssertError(2, "--invoke 'missing'", "add");
    }

    [Fact]
    public void Trap_OfTheGuest_ShowsTheBacktrace()
    {
        ProgramResult result = Run(ProgramRun.Guest("trap"));
        result.AssertFirstError(134, "trap.wat: trap: ", "divide by zero");
        Assert.Contains("divide", result.ErrorLines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown-import", "'mystery'")]
    [InlineData("library", "'_start'")]
    public void File_ThatCannotRun_IsRefused(string guest, string reason)
    {
        Run(ProgramRun.Guest(guest)).AssertError(1, reason);
    }

    [Fact]
    public void Device_ThatIsMissing_IsTold()
    {
        Run("--device", "cpu:7", ProgramRun.Guest("sum")).AssertError(1, "cpu");
        Run("--no-gpu", "--backend", "cpu", ProgramRun.Guest("sum")).AssertError(2, "--no-gpu");
    }

    [Fact]
    public void Option_WithAnotherLevel_IsRefused()
    {
        ProgramRun.Of("run", "--isolate", "thread", ProgramRun.Guest("sum")).AssertError(2, "--isolate 'thread'", "process");
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("sleep")]
    public void Timeout_PassedAnywhere_EndsTheGuest(string guest)
    {
        ProgramResult result = Run("--timeout", "300ms", ProgramRun.Guest(guest));
        result.AssertFirstError(134, $"{guest}.wat: the time limit of 300ms has passed");
        Assert.Equal("ready\n", result.Output);
    }

    // How it was seen to fail stands at MisbehaviourTests.Stopped_Process_IsEndedInTime.
    [Fact]
    public void Timeout_OfAWorkerThatIsStopped_EndsIt()
    {
        ProgramResult result = ProgramRun.Disturbed(
            process => ProgramRun.Signal(WorkerOf(process.Id), "STOP"),
            "run",
            "--isolate",
            "process",
            "--timeout",
            "3s",
            ProgramRun.Guest("loop"));
        result.AssertError(134, "loop.wat: the time limit of 3s has passed");
        Assert.Equal("ready\n", result.Output);
    }

    // A read of the process's own input is one that nothing but the end of the process ends.
    [Fact]
    public void Timeout_InAReadThatWaits_EndsTheGuest()
    {
        const string Script = "\"$0\" run --isolate process --timeout 300ms \"$1\" < <(exec sleep 60 2> /dev/null); echo $?";
        ProcessStartInfo start = new("bash", ["-c", Script, PublishedProgram.Path, ProgramRun.Guest("echo")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        long begin = Stopwatch.GetTimestamp();
        Assert.Equal("134\n", process.StandardOutput.ReadToEnd());
        Assert.Contains("the time limit of 300ms", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("sleep")]
    public void Interrupt_Anywhere_EndsTheGuest(string guest)
    {
        ProgramRun.Interrupted("run", "--isolate", "process", ProgramRun.Guest(guest))
            .AssertFirstError(130, $"{guest}.wat: interrupted");
    }

    [Fact]
    public void Worker_Killed_IsTold()
    {
        ProgramResult result = ProgramRun.Disturbed(
            process => ProgramRun.Signal(WorkerOf(process.Id), "KILL"),
            "run",
            "--isolate",
            "process",
            ProgramRun.Guest("loop"));
        result.AssertError(1, "loop.wat: the worker process of the guest was killed by SIGKILL (9)");
        Assert.Equal("ready\n", result.Output);
    }

    // How it was seen to fail stands at MisbehaviourTests.Host_Killed_LeavesNoWorker.
    [Fact]
    public void Program_Killed_LeavesNoWorker()
    {
        int worker = 0;
        ProgramResult result = ProgramRun.Disturbed(
            process =>
            {
                worker = WorkerOf(process.Id);
                process.Kill();
            },
            "run",
            "--isolate",
            "process",
            ProgramRun.Guest("loop"));

        // Its standard output was the worker's: had the worker gone on, it would not have ended.
        Assert.Equal((137, "ready\n"), (result.ExitCode, result.Output));
        Assert.NotEqual(0, worker);
    }

    [Fact]
    public void Worker_StartedByHand_SaysWhatItIs()
    {
        ProgramResult result = ProgramRun.Of("wasi-gpu-worker", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not for use by hand", result.Errors, StringComparison.Ordinal);
    }

    private static ProgramResult Run(params string[] arguments) => ProgramRun.Of(["run", "--isolate", "process", .. arguments]);

    /// <summary>The process that the program started.</summary>
    private static int WorkerOf(int program)
    {
        ProcessStartInfo start = new("pgrep", ["-P", $"{program}"]) { RedirectStandardOutput = true };
        using Process find = Process.Start(start)!;
        string found = find.StandardOutput.ReadToEnd();
        find.WaitForExit();
        return int.Parse(found, CultureInfo.InvariantCulture);
    }
}
