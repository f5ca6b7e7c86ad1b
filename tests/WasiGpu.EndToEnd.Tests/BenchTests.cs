using System.Text.Json;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The benchmarks as the program runs them: what they write, never how fast anything is.</summary>
public sealed class BenchTests
{
    [Theory]
    [InlineData("host", "run-empty", "host/run-empty")]
    [InlineData("host", "host/sync", "host/sync")]
    [InlineData("kernels", "matmul-512", "kernels/matmul-512")]
    public void Bench_OneCase_IsARowInTableAndJson(string suite, string filter, string first)
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "rows.json");
        ProgramResult result = ProgramRun.Of("bench", suite, "--backend", "cpu", "--filter", filter, "--json", file);
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith($"wasi-gpu: measuring {first}\n", result.Errors, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement[] rows = [.. json.RootElement.EnumerateArray()];
        Assert.Equal(first, $"{rows[0].GetProperty("suite")}/{rows[0].GetProperty("case")}");
        Assert.Equal(rows.Length + 1, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All(rows, row =>
        {
            double value = row.GetProperty("value").GetDouble();
            double target = row.GetProperty("target").GetDouble();
            Assert.True(value > 0 && target > 0);
            bool isTime = row.GetProperty("unit").GetString() is "ns" or "us" or "ms";
            Assert.Equal(isTime ? target / value : value / target, row.GetProperty("ratio").GetDouble(), 9);
            Assert.Equal("cpu", row.GetProperty("backend").GetString());
        });
    }

    [Fact]
    public void Bench_UnknownSuite_IsOneErrorLine()
    {
        ProgramRun.Of("bench", "everything").AssertError(2, "everything", "host or kernels");
    }

    [Fact]
    public void Bench_FilterThatChoosesNothing_IsOneErrorLine()
    {
        ProgramRun.Of("bench", "host", "--filter", "nothing").AssertError(2, "--filter", "nothing");
    }
}
