using System.Globalization;
using System.Text.RegularExpressions;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The SDKs of other languages, and the guests made with them, as core modules and as components.</summary>
public sealed partial class SdkTests
{
    // What a forest reaches on the same rows is 0.457; a straight line through the data is no better.
    private const double LeastR2 = 0.45;
    private const string NetworkFolder = "samples/neural-network";
    private const string Forest = "samples/random-forest/random-forest.wasm";
    private const string RustForest = "samples/random-forest-rust/random-forest.wasm";
    private const string RustSuite = "tests/guests/rust-suite.wasm";

    private static readonly string[] DataFiles = ["data/diabetes_train.csv", "data/diabetes_test.csv"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RustSuite_WithAndWithoutGpu_EveryCasePasses(bool isGranted)
    {
        string[] refused = isGranted ? [] : ["--no-gpu"];
        ProgramResult result = ProgramRun.Of(["run", .. refused, Repository.PathOf(RustSuite), .. refused]);

        Assert.DoesNotContain("\tfailed\t", result.Output, StringComparison.Ordinal);
        Assert.EndsWith($"{(isGranted ? 29 : 2)} passed, 0 failed, 0 skipped\n", result.Output, StringComparison.Ordinal);
        result.AssertExit(0);
    }

    [Fact]
    public void RustForest_SameSeed_PrintsAndSavesWhatTheOneInCppDoes()
    {
        using TemporaryFolder folder = new();
        string cpp = RunForest(Repository.PathOf(Forest), folder, "cpp");
        string rust = RunForest(Repository.PathOf(RustForest), folder, "rust");

        Assert.Equal(WithoutTimes(cpp), WithoutTimes(rust));
        Assert.DoesNotContain("trained in 0.000 s", rust, StringComparison.Ordinal);
        foreach (string kind in new[] { "forest", "csv" })
        {
            byte[] expected = File.ReadAllBytes(Path.Combine(folder.Path, $"cpp.{kind}"));
            Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder.Path, $"rust.{kind}"))), kind);
        }
    }

    [Theory]
    [InlineData(Forest, true)]
    [InlineData(RustForest, false)]
    public void Component_OfTheSameModule_PrintsTheSame(string module, bool needsWorld)
    {
        using TemporaryFolder folder = new();
        string component = MakeComponent(module, folder, needsWorld);

        string asModule = RunForest(Repository.PathOf(module), folder, "module");
        string asComponent = RunForest(component, folder, "component");

        Assert.Equal(WithoutTimes(asModule), WithoutTimes(asComponent));
    }

    [Fact]
    public void RustSuite_AsComponent_EveryCasePasses()
    {
        using TemporaryFolder folder = new();
        ProgramResult result = ProgramRun.Of("run", MakeComponent(RustSuite, folder, needsWorld: false));

        Assert.EndsWith("29 passed, 0 failed, 0 skipped\n", result.Output, StringComparison.Ordinal);
        result.AssertExit(0);
    }

    [Fact]
    public void JavaScript_TypesOfSdkAndSample_PassTheCompiler()
    {
        ToolFolder.Install(NetworkFolder);
        ToolRun.Run("npm", ["run", "check", "--silent"], Repository.PathOf(NetworkFolder));
    }

    [Fact]
    public void NeuralNetwork_BuiltAndTrained_LearnsAndGivesTheSameAgain()
    {
        ToolFolder.Install(NetworkFolder);
        using TemporaryFolder folder = new();
        string component = Path.Combine(folder.Path, "neural-network.wasm");
        ToolRun.Run("node", ["build.mjs", component], Repository.PathOf(NetworkFolder));

        string first = Train(component);

        double[] losses = [.. TrainingError().Matches(first).Select(match => Number(match.Groups[1].Value))];
        Assert.Equal(7, losses.Length);
        Assert.Equal(losses.OrderDescending(), losses);
        Assert.True(losses[^1] < losses[0] / 1.5, first);
        Assert.InRange(Number(Quality().Match(first).Groups[1].Value), LeastR2, 1);
        Assert.Equal(first, Train(component));
        Assert.NotEqual(first, Train(component, "--seed", "2"));
        Assert.Equal(1, ProgramRun.Of("run", component, "none.csv", "none.csv").ExitCode);
    }

    [Fact]
    public void JavaScript_MadeWithDefaults_RunsAndTrapsByName()
    {
        ToolFolder.Install(NetworkFolder);
        using TemporaryFolder folder = new();
        string component = Path.Combine(folder.Path, "js-defaults.wasm");
        ToolRun.Run("node", [Repository.PathOf("tests/guests/js-defaults/build.mjs"), component]);

        string inspected = ProgramRun.Of("inspect", component).AssertExit(0).Output;
        Assert.Contains("a trap when it is called: wasi:http/outgoing-handler@0.2.", inspected, StringComparison.Ordinal);
        Assert.Contains("\n  sleep: func(milliseconds: u32) -> u32\n", inspected, StringComparison.Ordinal);
        Assert.Equal("\"cpu\"\n", Invoke("backend()").AssertExit(0).Output);
        Assert.True(Number(Invoke("sleep(60)").AssertExit(0).Output) >= 59);

        ProgramResult fetch = Invoke("fetch-page()");
        Assert.Equal(134, fetch.ExitCode);
        Assert.Matches("'wasi:http/[a-z-]+@0[.]2[.][0-9]+' '[^']+' was called, which this host does not have", fetch.Errors);

        // Ended by the engine, which tells where the guest was; the program alone would only end its process.
        ProgramResult late = Invoke("sleep(3600000)", "--timeout", "2s");
        Assert.Equal(134, late.ExitCode);
        Assert.Contains("the time limit of 2s has passed", late.ErrorLines[0], StringComparison.Ordinal);
        Assert.EndsWith("sleep", late.ErrorLines[^1], StringComparison.Ordinal);

        ProgramResult Invoke(string call, params string[] options)
        {
            return ProgramRun.Of(["run", "--backend", "cpu", "--invoke", call, .. options, component]);
        }
    }

    [Fact]
    public void AssemblyScript_CoreModule_CallsTheDevice()
    {
        const string Folder = "tests/guests/assemblyscript";
        ToolFolder.Install(Folder);
        using TemporaryFolder folder = new();
        string guest = Path.Combine(folder.Path, "sum.wasm");
        ToolRun.Run("npm", ["run", "build", "--silent", "--", "--outFile", guest], Repository.PathOf(Folder));

        Assert.Equal("500500\n", ProgramRun.Of("run", "--invoke", "sum", guest, "1000").AssertExit(0).Output);

        // The case 'invalid-params' and a text, which the guest's allocator made room for.
        string failure = ProgramRun.Of("run", "--invoke", "fail", guest).AssertExit(0).Output;
        Assert.InRange(Number(failure), 4_001, 4_999);
    }

    private static string Train(string component, params string[] options)
    {
        ProgramResult result = ProgramRun.Of(
            ["run", "--dir", DataFolder(), component, .. DataFiles, .. options]);
        return result.AssertExit(0).Output;
    }

    private static string RunForest(string guest, TemporaryFolder folder, string name)
    {
        ProgramResult result = ProgramRun.Of(
            [
                "run", "--dir", DataFolder(), "--dir", $"{folder.Path}::out", guest, .. DataFiles,
                "--trees", "20", "--quiet", "--save", $"out/{name}.forest", "--predictions", $"out/{name}.csv",
            ]);
        return result.AssertExit(0).Output;
    }

    private static string MakeComponent(string module, TemporaryFolder folder, bool needsWorld)
    {
        const string Tool = "tests/wit-tool";
        ToolFolder.Install(Tool);
        string component = Path.Combine(folder.Path, "component.wasm");
        string[] world = needsWorld ? ["../../wit", "wasi:gpu@0.1.0", "ml-compute"] : [];
        ToolRun.Run(
            "node",
            ["make-component.mjs", Repository.PathOf(module), component, .. world],
            Repository.PathOf(Tool));
        return component;
    }

    private static string DataFolder() => $"{Repository.PathOf("samples/data")}::data::ro";

    private static string WithoutTimes(string output) => Seconds().Replace(output, "# s");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"[0-9.]+ s\b")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"training MSE ([0-9.]+)")]
    private static partial Regex TrainingError();

    [GeneratedRegex(@"test R2 +(-?[0-9.]+)")]
    private static partial Regex Quality();
}
