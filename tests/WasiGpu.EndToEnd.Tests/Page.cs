using System.Text.RegularExpressions;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>A page of the documentation, and the texts in it that are set apart as code.</summary>
internal static partial class Page
{
    /// <summary>Every page, as its path from the root: what is tracked, or would be with the next commit.</summary>
    internal static IReadOnlyList<string> All { get; } = Tracked("*.md");

    /// <summary>The files of the repository that a pattern of git names.</summary>
    internal static IReadOnlyList<string> Tracked(string pattern)
    {
        return
        [
            .. ToolRun.Run("git", ["ls-files", "--cached", "--others", "--exclude-standard", pattern])
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(path => File.Exists(Repository.PathOf(path))),
        ];
    }

    /// <summary>The texts of one language on a page, in their order.</summary>
    internal static IReadOnlyList<string> Blocks(string page, string language)
    {
        return
        [
            .. Block().Matches(Repository.Read(page))
                .Where(match => match.Groups["language"].Value == language)
                .Select(match => match.Groups["text"].Value),
        ];
    }

    /// <summary>The pages that have texts of a language.</summary>
    internal static TheoryData<string> With(string language) =>
        [.. All.Where(page => Blocks(page, language).Count > 0)];

    /// <summary>The commands of a page's shell texts that start the program, one a line.</summary>
    internal static IEnumerable<string> ProgramLines(string page)
    {
        return Blocks(page, "sh")
            .SelectMany(block => block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("wasi-gpu ", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
