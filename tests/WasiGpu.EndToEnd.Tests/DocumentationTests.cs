using System.Text.RegularExpressions;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>What the documentation shows is what is built and run.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void ReadmeGuest_BuiltAndRunAsItSays_Prints()
    {
        string readme = Repository.Read("README.md");
        string source = Blocks(readme, "c").Single();
        Assert.EndsWith(source, Repository.Read("samples/hello-gpu/main.c"), StringComparison.Ordinal);
        string build = Blocks(readme, "sh").Single(block => block.Contains("crt1=", StringComparison.Ordinal));
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "main.c"), source);
        Directory.CreateDirectory(Path.Combine(folder.Path, "sdk"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "sdk", "c"), Repository.PathOf("sdk/c"));

        string output = ToolRun.Shell(
            $"wasi-gpu() {{ '{PublishedProgram.Path}' \"$@\"; }}\n{build}",
            folder.Path);

        Assert.EndsWith("relu: 0 0 2.5 0\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/embedding.md")]
    public void EmbeddingExample_IsTheSample(string page)
    {
        string sample = Repository.Read("samples/embedding/Program.cs");
        string block = Blocks(Repository.Read(page), "csharp")[0];

        Assert.Contains(block, sample, StringComparison.Ordinal);
    }

    [Fact]
    public void EmbeddingSample_HelloGuest_RunsIt()
    {
        string sample = Repository.PathOf("artifacts/bin/Embedding/debug/Embedding.dll");

        string output = ToolRun.Run("dotnet", [sample, "samples/hello-gpu/hello-gpu.wasm"]);

        Assert.EndsWith("relu: 0 0 2.5 0\nexit code 0 after 5 GPU calls\n", output, StringComparison.Ordinal);
    }

    /// <summary>Every command line shown is one that the program understands: its words are looked up in the help.</summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/cli.md")]
    [InlineData("bench/README.md")]
    [InlineData("sdk/c/README.md")]
    [InlineData("samples/random-forest/README.md")]
    [InlineData("samples/dot-product/README.md")]
    public void ProgramOptions_InDocumentation_AreInTheHelp(string page)
    {
        string help = string.Concat(
            new[] { "run", "devices", "inspect", "conformance", "bench" }.Select(
                command => ProgramRun.Of(command, "--help").AssertExit(0).Output));
        IEnumerable<string> lines = Blocks(Repository.Read(page), "sh")
            .SelectMany(block => block.Split('\n'))
            .Where(line => line.StartsWith("wasi-gpu ", StringComparison.Ordinal));
        foreach (string line in lines)
        {
            // What follows the file is the guest's own.
            string own = GuestFile().Split(line)[0];
            Assert.All(
                OptionName().Matches(own).Select(match => match.Value),
                option => Assert.True(
                    option is "--help" or "--version" || help.Contains(option, StringComparison.Ordinal),
                    $"{page}: '{line}' has {option}, which the help does not"));
        }
    }

    private static List<string> Blocks(string page, string language)
    {
        return [.. Regex.Matches(page, $"```{language}\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value)];
    }

    [GeneratedRegex(@"\S+\.(wasm|wat)\b")]
    private static partial Regex GuestFile();

    [GeneratedRegex(@"(?<=\s)--[a-z-]+")]
    private static partial Regex OptionName();
}
