namespace WasiGpu.EndToEnd.Tests;

/// <summary>Files that cannot be run: one line, exit code 1.</summary>
public sealed class BadFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("run")]
    [InlineData("inspect")]
    public void File_Missing_IsNamed(string command)
    {
        ProgramRun.Of(command, "no-such.wasm").AssertError(1, "'no-such.wasm' does not exist");
    }

    [Fact]
    public void File_MissingWithoutCommand_IsNamed()
    {
        ProgramRun.Of("no-such.wasm").AssertError(1, "'no-such.wasm' does not exist");
    }

    [Fact]
    public void File_Folder_IsTold()
    {
        ProgramRun.Of("run", _folder.Path).AssertError(1, $"'{_folder.Path}' is a folder");
    }

    [Fact]
    public void File_Empty_IsTold()
    {
        ProgramRun.Of("run", _folder.Write("empty.wasm"))
            .AssertError(1, "empty.wasm' is not a WebAssembly module", "is empty");
    }

    [Fact]
    public void File_NoModule_IsTold()
    {
        string file = _folder.Write("text.wasm", "hello, this is text"u8.ToArray());
        ProgramRun.Of("run", file).AssertError(1, "text.wasm' is not a WebAssembly module");
    }

    [Fact]
    public void File_Truncated_IsTold()
    {
        string file = _folder.Write("cut.wasm", 0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0x7f);
        ProgramRun.Of("run", file).AssertError(1, "cut.wasm' is a broken WebAssembly module");
    }

    [Fact]
    public void Component_WithoutARunFunction_IsTold()
    {
        string file = _folder.Write("component.wasm", 0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
        ProgramRun.Of("run", file).AssertError(1, "component.wasm' is", "wasi:cli/run");
    }

    [Fact]
    public void File_BrokenText_IsOneLine()
    {
        string file = _folder.Write("broken.wat", "(module\n  (func (export"u8.ToArray());
        ProgramRun.Of("run", file).AssertError(1, "broken.wat' is no WebAssembly text");
    }

    [Fact]
    public void Import_Unknown_IsNamed()
    {
        ProgramRun.Of("run", ProgramRun.Guest("unknown-import")).AssertError(1, "'env' 'mystery'", "unknown");
    }

    [Fact]
    public void Import_WrongSignature_IsNamed()
    {
        ProgramRun.Of("run", ProgramRun.Guest("wrong-signature")).AssertError(1, "'sync'", "(i32)", "should be ()");
    }

    [Fact]
    public void Run_Library_NamesItsExports()
    {
        ProgramRun.Of("run", ProgramRun.Guest("library"))
            .AssertError(1, "is a library", "--invoke", "add, swap, divide");
    }
}
