using System.Text.Json;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The conformance suites as the program runs them.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public void Conformance_SmallJson_HoldsEveryCaseOnce()
    {
        ProgramResult result = ProgramRun.Of("conformance", "--small", "--json");
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement[] cases = [.. json.RootElement.EnumerateArray()];
        string[] failed =
        [
            .. cases.Where(one => one.GetProperty("outcome").GetString() == "failed").Select(one => one.GetRawText()),
        ];
        Assert.True(failed.Length == 0, string.Join('\n', failed));
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.True(cases.Length > 100, $"only {cases.Length} cases were run");
        Assert.Equal(cases.Length, cases.Select(one => one.GetProperty("case").GetString()).Distinct().Count());
        Assert.All(cases, one => Assert.Equal(JsonValueKind.String, one.GetProperty("detail").ValueKind));
    }

    [Theory]
    [InlineData("backend")]
    [InlineData("host")]
    public void Conformance_Text_EndsWithTheSum(string suite)
    {
        ProgramResult result = ProgramRun.Of("conformance", "--suite", suite, "--small", "--filter", "average");
        string output = result.AssertExit(0).Output;
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"{lines.Length - 1} passed, 0 failed, 0 skipped", lines[^1]);
        Assert.All(lines[..^1], line => Assert.StartsWith("passed   ", line, StringComparison.Ordinal));
    }
}
