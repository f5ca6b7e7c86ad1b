using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The builds of the program for the levels of x86-64, and the choice among them.</summary>
public sealed class LevelTests
{
    private const string Variable = "WASI_GPU_LEVEL";

    /// <summary>Every level: its name, and the instruction set the CPU backend has in its build.</summary>
    public static TheoryData<string, string> Levels => new()
    {
        { "v2", "portable" },
        { "v3", "avx2" },
        { "v4", "avx512" },
    };

    private static string BestLevel =>
        Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512CD.IsSupported ? "v4"
        : Avx2.IsSupported && Fma.IsSupported && Bmi2.IsSupported && Lzcnt.IsSupported ? "v3"
        : "v2";

    [Theory]
    [MemberData(nameof(Levels))]
    public void Level_Forced_RunsOrIsOneErrorLine(string level, string simd)
    {
        ProgramResult version = ProgramRun.WithEnvironment(Variable, level, "--version");
        if (string.CompareOrdinal(level, BestLevel) > 0)
        {
            version.AssertError(1, Variable, level, BestLevel);
            return;
        }

        Assert.EndsWith($", x86-64-{level})\n", version.AssertExit(0).Output, StringComparison.Ordinal);
        string devices = ProgramRun.WithEnvironment(Variable, level, "devices").AssertExit(0).Output;
        Assert.Contains($"simd: {simd}, build: x86-64-{level}\n", devices, StringComparison.Ordinal);
        string guest = Repository.PathOf("samples/hello-gpu/hello-gpu.wasm");
        string output = ProgramRun.WithEnvironment(Variable, level, "run", "--backend", "cpu", guest)
            .AssertExit(0).Output;
        Assert.EndsWith("relu: 0 0 2.5 0\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Level_Unset_IsTheBest()
    {
        Assert.EndsWith($", x86-64-{BestLevel})\n", ProgramRun.Of("--version").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v33")]
    [InlineData("../wasi-gpu-v3")]
    public void Level_Unknown_IsOneErrorLine(string level)
    {
        ProgramRun.WithEnvironment(Variable, level, "devices").AssertError(1, Variable, "v2, v3 or v4");
    }

    [Fact]
    public void Program_StartedThroughASymbolicLink_FindsItsBuilds()
    {
        using TemporaryFolder folder = new();
        string link = Path.Combine(folder.Path, "another-name");
        File.CreateSymbolicLink(link, PublishedProgram.Path);
        ProcessStartInfo start = new(link, ["--version"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Assert.StartsWith("wasi-gpu ", process.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void Folder_WithoutTheBuild_IsOneErrorLine()
    {
        using TemporaryFolder folder = new();
        string program = Path.Combine(folder.Path, "wasi-gpu");
        File.Copy(PublishedProgram.Path, program);
        ProcessStartInfo start = new(program, ["--version"]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        new ProgramResult(process.ExitCode, "", errors).AssertError(1, $"x86-64-{BestLevel}");
    }
}
