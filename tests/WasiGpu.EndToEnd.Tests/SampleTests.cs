using System.Globalization;
using System.Text.RegularExpressions;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The sample guests: fresh, and doing what they are for.</summary>
public sealed partial class SampleTests
{
    // scikit-learn's forest at the same setting: mean and deviation of the test error over 10 seeds.
    private const double ReferenceMse = 2881;
    private const double ReferenceDeviation = 36;
    private const int Seeds = 10;

    [Fact]
    public void Guests_RebuiltFromSource_AreTheCommittedBytes()
    {
        using TemporaryFolder folder = new();
        string[] guests = ToolRun.Run(Repository.PathOf("eng/build-guests.sh"), ["--list"])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ToolRun.Run(Repository.PathOf("eng/build-guests.sh"), [folder.Path]);

        Assert.Contains("samples/random-forest/random-forest.wasm", guests);
        Assert.All(guests, guest =>
        {
            byte[] rebuilt = File.ReadAllBytes(Path.Combine(folder.Path, guest));
            Assert.True(
                rebuilt.AsSpan().SequenceEqual(File.ReadAllBytes(Repository.PathOf(guest))),
                $"{guest} is not what its sources give: run eng/build-guests.sh and commit it");
        });
    }

    [Fact]
    public void RandomForest_TenSeeds_ErrorIsThatOfTheReference()
    {
        double[] errors = [.. Enumerable.Range(0, Seeds).Select(seed => TrainAndTest($"{seed}"))];

        Assert.InRange(
            errors.Average(),
            ReferenceMse - (3 * ReferenceDeviation),
            ReferenceMse + (3 * ReferenceDeviation));
        Assert.True(errors.Distinct().Count() > 1, "the seed changes nothing");
    }

    [Fact]
    public void RandomForest_SameSeedTwice_SameOutput()
    {
        Assert.Equal(TrainAndTest("7"), TrainAndTest("7"));
    }

    [Fact]
    public void DotProduct_Invoked_IsTheSumOfSquares()
    {
        ProgramResult result = ProgramRun.Of(
            "run",
            "--invoke",
            "dot",
            Repository.PathOf("samples/dot-product/dot-product.wasm"),
            "4");

        Assert.Equal("30\n", result.AssertExit(0).Output);
    }

    [Fact]
    public void Demo_AsTheReadmeSays_PrintsDeviceAndError()
    {
        string output = ToolRun.Build("demo.sh", "--backend", "cpu");

        Assert.Contains("backend cpu", output, StringComparison.Ordinal);
        Assert.Matches(TestError(), output);
    }

    private static double TrainAndTest(string seed)
    {
        ProgramResult result = ProgramRun.Of(
            "run",
            "--dir",
            $"{Repository.PathOf("samples/data")}::data::ro",
            Repository.PathOf("samples/random-forest/random-forest.wasm"),
            "data/diabetes_train.csv",
            "data/diabetes_test.csv",
            "--seed",
            seed,
            "--quiet");
        Assert.Equal(0, result.ExitCode);
        return double.Parse(TestError().Match(result.Output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"test MSE +([0-9.]+)")]
    private static partial Regex TestError();
}
