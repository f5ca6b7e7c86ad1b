namespace WasiGpu.EndToEnd.Tests;

/// <summary>Wrong command lines: one line that names the option, the value and what is allowed; exit code 2.</summary>
public sealed class BadOptionTests
{
    [Theory]
    [InlineData("--backend", "vulkan", "auto, cuda, webgpu, cpu")]
    [InlineData("--backend", "", "auto, cuda, webgpu, cpu")]
    [InlineData("--device", "first", "a number")]
    [InlineData("--device", "gpu:0", "a number")]
    [InlineData("--device", "cpu:", "a number")]
    [InlineData("--math", "f16", "f32 or tf32")]
    [InlineData("--dir", "no-such-folder", "HOST::GUEST::ro")]
    [InlineData("--dir", ".::/a::rw", "HOST::GUEST::ro")]
    [InlineData("--dir", "::/a", "HOST::GUEST::ro")]
    [InlineData("--dir", ".::/a::ro::b", "HOST::GUEST::ro")]
    [InlineData("--env", "WASI_GPU_TEST_NOT_SET", "NAME=VALUE")]
    [InlineData("--env", "=value", "NAME=VALUE")]
    [InlineData("--timeout", "5", "500ms")]
    [InlineData("--timeout", "0s", "500ms")]
    [InlineData("--timeout", "-1s", "500ms")]
    [InlineData("--timeout", "1.5s", "500ms")]
    [InlineData("--timeout", "2d", "500ms")]
    [InlineData("--timeout", "s", "500ms")]
    [InlineData("--timeout", "1001h", "1000h")]
    [InlineData("--timeout", "99999999999s", "1000h")]
    [InlineData("--max-gpu-memory", "1GB", "GiB")]
    [InlineData("--max-gpu-memory", "-1", "GiB")]
    [InlineData("--max-gpu-memory", "KiB", "GiB")]
    [InlineData("--max-gpu-memory", "18446744073709551616", "GiB")]
    [InlineData("--max-gpu-memory", "99999999999GiB", "GiB")]
    [InlineData("--max-memory", "1 MiB", "GiB")]
    [InlineData("--max-buffers", "-1", "a whole number")]
    [InlineData("--max-buffers", "many", "a whole number")]
    [InlineData("--max-buffers", "2147483648", "a whole number")]
    [InlineData("--invoke", "", "exported function")]
    public void Option_BadValue_IsNamedWithWhatIsAllowed(string option, string value, string allowed)
    {
        ProgramRun.Of("run", option, value, ProgramRun.Guest("exit-7")).AssertError(2, option, $"'{value}'", allowed);
    }

    [Theory]
    [InlineData("run", "--timeout")]
    [InlineData("run", "--backend")]
    [InlineData("run", "--dir")]
    [InlineData("run", "--env")]
    [InlineData("run", "--max-buffers")]
    [InlineData("conformance", "--filter")]
    public void Option_WithoutValue_IsNamed(string command, string option)
    {
        ProgramRun.Of(command, option).AssertError(2, option, "needs a value");
    }

    [Fact]
    public void Option_GivenTwice_IsNamed()
    {
        ProgramRun.Of("run", "--timeout", "1s", "--timeout", "2s", ProgramRun.Guest("exit-7"))
            .AssertError(2, "--timeout", "2 times");
    }

    [Theory]
    [InlineData("run", "--bogus", "guest.wasm")]
    [InlineData("--bogus", "guest.wasm")]
    [InlineData("devices", "--bogus")]
    [InlineData("devices", "--bogus", "more")]
    [InlineData("inspect", "--bogus", "guest.wasm")]
    [InlineData("conformance", "--bogus")]
    public void Option_Unknown_IsNamed(params string[] arguments)
    {
        ProgramRun.Of(arguments).AssertError(2, "'--bogus'", "--help");
    }

    [Fact]
    public void Flag_WithValue_IsRefused()
    {
        ProgramRun.Of("run", "--no-gpu=yes", ProgramRun.Guest("exit-7")).AssertError(2, "--no-gpu");
    }

    [Fact]
    public void File_NotGiven_IsAskedFor()
    {
        ProgramRun.Of("run").AssertError(2, "no file");
        ProgramRun.Of("inspect").AssertError(2, "no file");
        ProgramRun.Of().AssertError(2, "no file");
        ProgramRun.Of("--timeout", "1s").AssertError(2, "no file");
    }

    [Fact]
    public void Argument_TooMany_IsNamed()
    {
        ProgramRun.Of("inspect", ProgramRun.Guest("exit-7"), "second.wasm").AssertError(2, "'second.wasm'");
        ProgramRun.Of("devices", "cpu").AssertError(2, "'cpu'");
    }

    [Fact]
    public void NoGpu_WithBackend_Contradicts()
    {
        ProgramRun.Of("run", "--no-gpu", "--backend", "cpu", ProgramRun.Guest("exit-7"))
            .AssertError(2, "--no-gpu", "--backend");
    }

    [Fact]
    public void Device_NotThere_IsAHostError()
    {
        ProgramRun.Of("run", "--backend", "cpu", "--device", "9", ProgramRun.Guest("exit-7"))
            .AssertError(1, "'cpu'", "no device 9");
        ProgramRun.Of("run", "--device", "cpu:9", ProgramRun.Guest("sum")).AssertError(1, "'cpu'", "no device 9");
        ProgramRun.Of("run", "--device", "99", ProgramRun.Guest("sum")).AssertError(1, "no device 99");
        ProgramRun.Of("conformance", "--device", "cpu:9").AssertError(1, "'cpu'", "no device 9");
    }

    [Theory]
    [InlineData("missing", "takes a function exported by")]
    [InlineData("memory", "takes a function exported by")]
    [InlineData("vector", "a function of numbers")]
    public void Invoke_NoSuchFunction_IsNamed(string export, string reason)
    {
        ProgramRun.Of("run", "--invoke", export, ProgramRun.Guest("library"))
            .AssertError(2, $"--invoke '{export}'", reason);
    }

    [Fact]
    public void Invoke_BadArguments_AreNamed()
    {
        string library = ProgramRun.Guest("library");
        ProgramRun.Of("run", "--invoke", "add", library, "1").AssertError(2, "'add' takes 2 arguments, not 1");
        ProgramRun.Of("run", "--invoke", "add", library, "1", "x")
            .AssertError(2, "argument 2", "'x'", "(i32, i32) -> i32");
        ProgramRun.Of("run", "--invoke", "add", library, "1", "4294967296").AssertError(2, "'4294967296'");
    }

    [Fact]
    public void Conformance_FilterWithoutCases_IsTold()
    {
        ProgramRun.Of("conformance", "--small", "--filter", "no-such-case").AssertError(2, "--filter 'no-such-case'");
    }

    [Fact]
    public void Conformance_UnknownSuite_IsNamed()
    {
        ProgramRun.Of("conformance", "--suite", "some").AssertError(2, "--suite 'some'", "backend, host or all");
    }
}
