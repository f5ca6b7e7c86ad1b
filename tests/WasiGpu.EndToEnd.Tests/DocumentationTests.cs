using System.Text.RegularExpressions;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>What the documentation tells a user to do is done.</summary>
public sealed partial class DocumentationTests
{
    private const string Hello = "relu: 0 0 2.5 0\n";

    /// <summary>Every page whose shell texts call the program.</summary>
    public static TheoryData<string> PagesWithProgram => [.. Page.All.Where(page => Page.ProgramLines(page).Any())];

    [Fact]
    public void ReadmeGuest_BuiltAndRunAsItSays_Prints()
    {
        string source = Assert.Single(Page.Blocks("README.md", "c"));
        Assert.EndsWith(source, Repository.Read("samples/hello-gpu/main.c"), StringComparison.Ordinal);
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "main.c"), source);
        Link(folder, "sdk");

        string output = RunAsWritten(Page.Blocks("README.md", "sh").Single(block => block.Contains("crt1=")), folder);

        Assert.EndsWith(Hello, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docs/guests/c.md", 2, Hello)]
    [InlineData("docs/guests/cpp.md", 1, "test R2")]
    [InlineData("docs/guests/rust.md", 2, "test R2")]
    public void GuestPage_BuiltAndRunAsItSays_Prints(string page, int runs, string printed)
    {
        ToolFolder.Install("tests/wit-tool");
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "sdk", "tests", "wit" })
        {
            Link(folder, name);
        }

        // A copy, since cargo writes beside the sources.
        ToolRun.Shell(
            $"mkdir samples; for name in data hello-gpu random-forest random-forest-rust; do "
            + $"cp -r '{Repository.PathOf("samples")}'/$name samples/; done; rm -rf samples/random-forest-rust/target",
            folder.Path);

        string output = RunAsWritten(string.Concat(Page.Blocks(page, "sh")), folder);

        Assert.Equal(runs, output.Split(printed).Length - 1);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/embedding.md")]
    public void EmbeddingExample_IsTheSample(string page)
    {
        Assert.Contains(
            Page.Blocks(page, "csharp")[0], Repository.Read("samples/embedding/Program.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void EmbeddingSample_HelloGuest_RunsIt()
    {
        string sample = Repository.PathOf("artifacts/bin/Embedding/debug/Embedding.dll");

        string output = ToolRun.Run("dotnet", [sample, "samples/hello-gpu/hello-gpu.wasm"]);

        Assert.EndsWith($"{Hello}exit code 0 after 5 GPU calls\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void BackendExamples_AreOfTheSample()
    {
        string[] sources = Directory.GetFiles(Repository.PathOf("samples/backend"), "*.cs");
        Assert.All(Page.Blocks("docs/backends.md", "csharp"), block => Assert.Contains(
            sources, source => File.ReadAllText(source).Contains(block, StringComparison.Ordinal)));
    }

    [Fact]
    public void BackendSample_EveryRuleOfTheContract_Passes()
    {
        string output = ToolRun.Run("dotnet", [Repository.PathOf("artifacts/bin/Backend/debug/Backend.dll")]);

        Assert.Matches("^[0-9]{4} passed, 0 failed\n$", output);
    }

    /// <summary>
    /// Every command line shown is one that the program understands: its options are in the command's help.
    /// </summary>
    [Theory]
    [MemberData(nameof(PagesWithProgram))]
    public void ProgramLines_InDocumentation_AreUnderstood(string page)
    {
        foreach (string line in Page.ProgramLines(page))
        {
            // What follows the file is the guest's own.
            string own = GuestFile().Split(line)[0];
            string first = own.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1) ?? "";
            string help = Help(Command().IsMatch(first) ? first : "run");
            Assert.All(
                OptionName().Matches(own).Select(match => match.Value),
                option => Assert.True(
                    option == "--version" || Regex.IsMatch(help, $@"^  (-h, )?{option}\b", RegexOptions.Multiline),
                    $"{page}: '{line}' has {option}, which is not in the help of '{first}'"));
        }
    }

    private static string Help(string command) => ProgramRun.Of(command, "--help").AssertExit(0).Output;

    private static void Link(TemporaryFolder folder, string name)
    {
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, name), Repository.PathOf(name));
    }

    /// <summary>Runs a shell text in a folder; the packages' compilers of Rust come first, as the pages say.</summary>
    private static string RunAsWritten(string text, TemporaryFolder folder)
    {
        return ToolRun.Shell(
            $"export PATH=/usr/bin:$PATH\nwasi-gpu() {{ '{PublishedProgram.Path}' \"$@\"; }}\n{text}", folder.Path);
    }

    [GeneratedRegex(@"\S+\.(wasm|wat)\b")]
    private static partial Regex GuestFile();

    [GeneratedRegex(@"(?<=\s)--[a-z-]+")]
    private static partial Regex OptionName();

    [GeneratedRegex("^[a-z]+$")]
    private static partial Regex Command();
}
