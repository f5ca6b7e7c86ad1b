using System.Text;
using System.Text.Json;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The benchmarks as the program runs them: what they write, never how fast anything is.</summary>
public sealed class BenchTests
{
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData("host", "run-empty", "host/run-empty")]
    [InlineData("host", "host/sync", "host/sync")]
    [InlineData("host", "program-run", "host/program-run-empty")]
    [InlineData("kernels", "matmul-512", "kernels/matmul-512")]
    public void Bench_OneCase_IsARowInTableAndJson(string suite, string filter, string first)
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "rows.json");
        ProgramResult result = ProgramRun.Of("bench", suite, "--backend", "cpu", "--filter", filter, "--json", file);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"wasi-gpu: measuring {first}\n", result.Errors, StringComparison.Ordinal);
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
            double ratio = isTime ? target / value : value / target;
            Assert.Equal(ratio, row.GetProperty("ratio").GetDouble(), Tolerance * ratio);
            Assert.Equal("cpu", row.GetProperty("backend").GetString());
        });
    }

    [Fact]
    public void Bench_PeersAndHtml_JoinsThePeersAndWritesAPage()
    {
        const string Peers = """
            {
              "machine": { "library": "9.9" },
              "peers": [{ "suite": "host", "case": "run-empty", "name": "other 9", "value": 7, "unit": "us" }],
              "bounds": [],
              "absent": ["third is absent"]
            }
            """;
        using TemporaryFolder folder = new();
        string peers = folder.Write("peers.json", Encoding.UTF8.GetBytes(Peers));
        string json = Path.Combine(folder.Path, "rows.json");
        string html = Path.Combine(folder.Path, "rows.html");

        ProgramResult result = ProgramRun.Of(
            "bench", "host", "--backend", "cpu", "--filter", "run-empty", "--peers", peers, "--json", json, "--html", html);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("wasi-gpu: not measured: peer third is absent\n", result.Errors, StringComparison.Ordinal);
        using JsonDocument rows = JsonDocument.Parse(File.ReadAllText(json));
        JsonElement row = rows.RootElement.EnumerateArray().Single(r => r.GetProperty("case").GetString() == "run-empty");
        Assert.Equal(7, row.GetProperty("peer").GetDouble());
        string page = File.ReadAllText(html);
        Assert.All(
            new[] { "run-empty", "other 9", "9.9", "third is absent" },
            text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no such file", "no such file")]
    [InlineData(".", "cannot be read")]
    public void Bench_PeersThatCannotBeRead_IsOneErrorLine(string file, string part)
    {
        ProgramRun.Of("bench", "host", "--backend", "cpu", "--peers", file).AssertError(1, "--peers", part);
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
