namespace WasiGpu.EndToEnd.Tests;

/// <summary>What a guest is given, and that its own exit code comes back.</summary>
public sealed class RunTests : IDisposable
{
    private const string Variable = "WASI_GPU_TEST_VARIABLE";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_GuestExits_ItsCodeComesBack()
    {
        ProgramRun.Of("run", ProgramRun.Guest("exit-7")).AssertExit(7);
        ProgramRun.Of(ProgramRun.Guest("exit-7")).AssertExit(7);
    }

    [Theory]
    [InlineData("--timeout", "1s", "--help")]
    [InlineData("--bogus", "run", "-x=1")]
    [InlineData("--", "--version", "@file")]
    [InlineData("devices", "", "two words")]
    public void Run_EverythingAfterFile_BelongsToTheGuest(params string[] arguments)
    {
        string expected = string.Concat(arguments.Prepend("args.wat").Select(argument => argument + "\0"));
        Assert.Equal(expected, ProgramRun.Of(["run", ProgramRun.Guest("args"), .. arguments]).AssertExit(0).Output);
        Assert.Equal(expected, ProgramRun.Of([ProgramRun.Guest("args"), .. arguments]).AssertExit(0).Output);
    }

    [Fact]
    public void Run_OptionsWithoutCommand_AreThoseOfRun()
    {
        ProgramResult result = ProgramRun.Of("--timeout", "1m", "--env", "A=1", ProgramRun.Guest("environ"));
        Assert.Equal("A=1\0", result.AssertExit(0).Output);
    }

    [Fact]
    public void Run_Environment_IsOnlyWhatIsGiven()
    {
        string[] arguments =
            ["run", "--env", "A=b=c", "--env", Variable, "--env", "EMPTY=", ProgramRun.Guest("environ")];
        ProgramResult result = ProgramRun.WithEnvironment(Variable, "from outside", arguments);
        Assert.Equal($"A=b=c\0{Variable}=from outside\0EMPTY=\0", result.AssertExit(0).Output);
        Assert.Equal("", ProgramRun.Of("run", ProgramRun.Guest("environ")).AssertExit(0).Output);
    }

    [Fact]
    public void Run_Input_ReachesTheGuest()
    {
        string input = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n"));
        Assert.Equal(input, ProgramRun.WithInput(input, "run", ProgramRun.Guest("echo")).AssertExit(0).Output);
        Assert.Equal("", ProgramRun.WithInput("", "run", ProgramRun.Guest("echo")).AssertExit(0).Output);
    }

    [Fact]
    public void Run_Folder_CanBeWritten()
    {
        ProgramRun.Of("run", "--dir", $"{_folder.Path}::/out", ProgramRun.Guest("write-file")).AssertExit(0);
        Assert.Equal("hello\n", File.ReadAllText(Path.Combine(_folder.Path, "out.txt")));
    }

    [Fact]
    public void Run_ReadOnlyFolder_CannotBeWritten()
    {
        ProgramRun.Of("run", "--dir", $"{_folder.Path}::/out::ro", ProgramRun.Guest("write-file")).AssertExit(1);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Run_NoFolder_NothingCanBeWritten()
    {
        ProgramRun.Of("run", ProgramRun.Guest("write-file")).AssertExit(1);
    }

    [Fact]
    public void Run_Folder_HasTheGuestsName()
    {
        string guest = ProgramRun.Guest("folder-name");
        Assert.Equal("/data", ProgramRun.Of("run", "--dir", $"{_folder.Path}::/data::ro", guest).AssertExit(0).Output);
        Assert.Equal(_folder.Path, ProgramRun.Of("run", "--dir", _folder.Path, guest).AssertExit(0).Output);
    }

    [Theory]
    [InlineData("2MiB", 0)]
    [InlineData("1114112", 0)]
    [InlineData("1114111", 1)]
    [InlineData("64KiB", 1)]
    public void Run_MaxMemory_LimitsGrowth(string size, int exitCode)
    {
        ProgramRun.Of("run", "--max-memory", size, ProgramRun.Guest("grow")).AssertExit(exitCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0, "--backend", "cpu")]
    [InlineData(0, "--backend", "cpu", "--device", "0")]
    [InlineData(0, "--device", "cpu:0")]
    [InlineData(0, "--backend", "auto", "--max-gpu-memory", "20", "--max-buffers", "2")]
    [InlineData(10, "--max-gpu-memory", "19")]
    [InlineData(10, "--max-buffers", "1")]
    [InlineData(10, "--max-buffers", "0")]
    [InlineData(13, "--no-gpu")]
    public void Run_Gpu_IsGrantedWithinItsLimits(int exitCode, params string[] options)
    {
        ProgramRun.Of(["run", .. options, ProgramRun.Guest("sum")]).AssertExit(exitCode);
    }

    [Fact]
    public void Run_BackendNotInBuild_IsAnError()
    {
        foreach (string backend in MissingBackends())
        {
            ProgramRun.Of("run", "--backend", backend, ProgramRun.Guest("exit-7")).AssertError(1, $"'{backend}'");
        }
    }

    [Theory]
    [InlineData("5\n", "add", "2", "3")]
    [InlineData("-3\n", "add", "-1", "-2")]
    [InlineData("0\n", "add", "4294967295", "1")]
    [InlineData("2.5\n-7\n", "swap", "-7", "2.5")]
    [InlineData("1\n", "ready")]
    public void Invoke_Export_PrintsItsResults(string expected, string export, params string[] arguments)
    {
        ProgramResult result = ProgramRun.Of(["run", "--invoke", export, ProgramRun.Guest("library"), .. arguments]);
        Assert.Equal(expected, result.AssertExit(0).Output);
    }

    [Fact]
    public void Run_Stats_AreShownOnStandardError()
    {
        ProgramResult result = ProgramRun.Of("run", "--stats", ProgramRun.Guest("sum"));
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Dictionary<string, string> used = result.ErrorLines.Skip(1)
            .ToDictionary(line => line[..16].Trim(), line => line[16..].Trim());
        Assert.StartsWith("cpu:0", used["device"], StringComparison.Ordinal);
        Assert.Equal("5", used["gpu calls"]);
        Assert.Equal("1", used["kernels"]);
        Assert.Equal("16", used["bytes written"]);
        Assert.Equal("4", used["bytes read"]);
        Assert.Equal("0", used["bytes copied"]);
        Assert.Equal("20", used["peak gpu bytes"]);
        Assert.EndsWith(" ms", used["kernel time"], StringComparison.Ordinal);
        Assert.EndsWith(" ms", used["run time"], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TraceGpu_ShowsEveryCall()
    {
        ProgramResult result = ProgramRun.Of("run", "--trace-gpu", ProgramRun.Guest("sum"));
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        string[] functions = [.. result.ErrorLines.Select(line => line.Split('(')[0])];
        Assert.Equal(
            ["gpu: buffer-create", "gpu: buffer-create", "gpu: buffer-write", "gpu: kernel-reduce", "gpu: buffer-read"],
            functions);
        Assert.Contains("size: 16", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.All(result.ErrorLines, line => Assert.Matches(@"\) -> ok.* \[[0-9.]+ us\]$", line));
    }

    private static IEnumerable<string> MissingBackends()
    {
        return InformationTests.Backends()
            .Where(backend => !backend.GetProperty("isInBuild").GetBoolean())
            .Select(backend => backend.GetProperty("backend").GetString()!);
    }
}
