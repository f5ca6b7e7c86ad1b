using System.Diagnostics;
using System.Text.Json;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The commands that tell about devices, files and the program itself.</summary>
public sealed class InformationTests
{
    [Fact]
    public void Devices_Json_ListsEveryBackend()
    {
        JsonElement[] backends = [.. Backends()];
        Assert.Equal(["cuda", "webgpu", "cpu"], backends.Select(backend => backend.GetProperty("backend").GetString()));
        Assert.All(backends, backend => Assert.NotEqual(
            backend.GetProperty("devices").GetArrayLength() > 0,
            backend.GetProperty("unavailableReason").ValueKind == JsonValueKind.String));
        JsonElement cpu = Assert.Single(backends[2].GetProperty("devices").EnumerateArray());
        Assert.Equal("cpu:0", cpu.GetProperty("id").GetString());
        Assert.False(cpu.GetProperty("isHardware").GetBoolean());
        Assert.True(cpu.GetProperty("totalMemoryBytes").GetUInt64() > 0);
        Assert.All(
            backends.SelectMany(backend => backend.GetProperty("devices").EnumerateArray()),
            device => Assert.Equal(
                ["ecc", "mig", "mps", "exclusive", "context", "isolatedContext"],
                device.GetProperty("isolation").EnumerateObject().Select(fact => fact.Name)));
        JsonElement isolation = cpu.GetProperty("isolation");
        Assert.Equal("unknown", isolation.GetProperty("ecc").GetString());
        Assert.Equal("no", isolation.GetProperty("mig").GetString());
        Assert.Equal("shared", isolation.GetProperty("context").GetString());
        Assert.Equal("process", isolation.GetProperty("isolatedContext").GetString());
    }

    [Fact]
    public void Devices_Text_ListsTheCpu()
    {
        string output = ProgramRun.Of("devices").AssertExit(0).Output;
        Assert.Contains("\ncpu:0  ", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output);
    }

    [Fact]
    public void Inspect_Text_ShowsImportsExportsAndMemory()
    {
        string output = ProgramRun.Of("inspect", ProgramRun.Guest("sum")).AssertExit(0).Output;
        Assert.Contains("sum.wat: command, ", output, StringComparison.Ordinal);
        Assert.Contains("imports from wasi:gpu/compute@0.1.0:\n", output, StringComparison.Ordinal);
        Assert.Contains("\n  buffer-create: function (i64, i32, i32)\n", output, StringComparison.Ordinal);
        Assert.Contains("\n  cabi_realloc: function (i32, i32, i32, i32) -> i32\n", output, StringComparison.Ordinal);
        Assert.Contains("\nmemory: 64 KiB, no limit of its own\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("refused", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown-import", "refused: ", "'mystery'")]
    [InlineData("wrong-signature", "refused: ", "'sync'")]
    [InlineData("no-realloc", "warning: ", "'cabi_realloc'")]
    [InlineData("no-memory", "warning: ", "'memory'")]
    public void Inspect_Text_TellsWhatIsWrong(string guest, string level, string reason)
    {
        string output = ProgramRun.Of("inspect", ProgramRun.Guest(guest)).AssertExit(0).Output;
        Assert.Contains(output.Split('\n'), line =>
            line.StartsWith(level, StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Inspect_Json_HoldsTheSame()
    {
        using JsonDocument json = JsonDocument.Parse(
            ProgramRun.Of("inspect", "--json", ProgramRun.Guest("unknown-import")).AssertExit(0).Output);
        JsonElement import = Assert.Single(json.RootElement.GetProperty("imports").EnumerateArray());
        Assert.Equal("env", import.GetProperty("module").GetString());
        Assert.Equal("()", import.GetProperty("type").GetString());
        Assert.Equal("command", json.RootElement.GetProperty("kind").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("refusals").GetArrayLength());
    }

    [Fact]
    public void Version_OfProgramAndEngine_IsOneLine()
    {
        string output = ProgramRun.Of("--version").AssertExit(0).Output;
        Assert.Matches(@"^wasi-gpu \d+\.\d+\.\d+ \(wasmtime \d+\.\d+\.\d+, linux-\w+, x86-64-v[234]\)\n$", output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("devices", "-h")]
    [InlineData("inspect", "--help")]
    [InlineData("conformance", "--help")]
    [InlineData("bench", "--help")]
    [InlineData("completion", "--help")]
    public void Help_OfEveryCommand_HasExamples(params string[] arguments)
    {
        string output = ProgramRun.Of(arguments).AssertExit(0).Output;
        Assert.Contains("Usage:\n  wasi-gpu", output, StringComparison.Ordinal);
        Assert.Contains("Examples:\n  wasi-gpu", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_WhoseReaderIsGone_IsNoCrash()
    {
        const string Script = "\"$0\" devices | (exec 0<&-; sleep 1); echo \"${PIPESTATUS[0]}\"";
        ProcessStartInfo start = new("bash", ["-c", Script, PublishedProgram.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ProgramRun.UseSoftwareVulkan(start);
        using Process process = Process.Start(start)!;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        Assert.Equal("0\n", await process.StandardOutput.ReadToEndAsync(cancellation));
        Assert.Equal("", await errors);
    }

    internal static IEnumerable<JsonElement> Backends()
    {
        using JsonDocument json = JsonDocument.Parse(ProgramRun.Of("devices", "--json").AssertExit(0).Output);
        return [.. json.RootElement.Clone().EnumerateArray()];
    }
}
