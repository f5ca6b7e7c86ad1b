using System.Text.RegularExpressions;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>What every file of the repository keeps to.</summary>
public sealed partial class HygieneTests
{
    private const int HardLineLimit = 130;

    [Fact]
    public void TextFiles_Always_NameNoPathsOfAMachine() => AssertNoLineMatches(MachinePath());

    [Fact]
    public void TextFiles_Always_NameNoPackageRegistry() => AssertNoLineMatches(RegistryHost());

    [Fact]
    public void CSharpLines_Always_KeepToTheHardLimit()
    {
        string[] tooLong = [.. Lines()
            .Where(line => line.Path.EndsWith(".cs", StringComparison.Ordinal))
            .Where(line => line.Text.Length > HardLineLimit)
            .Select(line => $"{line.Path}:{line.Number} has {line.Text.Length} columns")];
        AssertNone(tooLong);
    }

    [Fact]
    public void License_Always_IsTheApacheLicense()
    {
        Assert.Contains("Apache License", Repository.Read("LICENSE"), StringComparison.Ordinal);
    }

    [Fact]
    public void MarkdownLinks_Relative_LeadToFilesThatExist()
    {
        List<string> broken = [];
        IEnumerable<string> pages = Repository.Files
            .Where(path => path.EndsWith(".md", StringComparison.Ordinal));
        foreach (string path in pages)
        {
            string folder = Path.GetDirectoryName(Repository.PathOf(path))!;
            string prose = CodeBlock().Replace(Repository.Read(path), "");
            foreach (Match link in MarkdownLink().Matches(prose))
            {
                string target = link.Groups["target"].Value;
                if (!target.Contains(':') && !Path.Exists(Path.Combine(folder, target)))
                {
                    broken.Add($"{path} links to {target}");
                }
            }
        }

        AssertNone(broken);
    }

    [Fact]
    public void MarkdownAnchors_Relative_LeadToHeadingsThatExist()
    {
        List<string> broken = [];
        foreach (string path in Repository.Files.Where(path => path.EndsWith(".md", StringComparison.Ordinal)))
        {
            string folder = Path.GetDirectoryName(path)!;
            string prose = CodeBlock().Replace(Repository.Read(path), "");
            foreach (Match link in MarkdownAnchor().Matches(prose))
            {
                string file = link.Groups["file"].Value;
                string anchor = link.Groups["anchor"].Value;
                string page = file.Length == 0 ? path : Path.Combine(folder, file);
                if (!file.Contains(':') && !Anchors(page).Contains(anchor))
                {
                    broken.Add($"{path} links to {file}#{anchor}");
                }
            }
        }

        AssertNone(broken);
    }

    /// <summary>The anchors of a page's headings: lower case, no punctuation, hyphens for spaces.</summary>
    private static HashSet<string> Anchors(string page)
    {
        return [.. Heading().Matches(CodeBlock().Replace(Repository.Read(page), ""))
            .Select(match => match.Groups["text"].Value.Trim().ToLowerInvariant())
            .Select(text => Punctuation().Replace(text, "").Replace(' ', '-'))];
    }

    private static void AssertNoLineMatches(Regex forbidden)
    {
        string[] found = [.. Lines()
            .Where(line => forbidden.IsMatch(line.Text))
            .Select(line => $"{line.Path}:{line.Number}: {forbidden.Match(line.Text).Value}")];
        AssertNone(found);
    }

    // Names all that was found: Assert.Empty shows the first few, cut short.
    private static void AssertNone(IReadOnlyCollection<string> found)
    {
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static IEnumerable<(string Path, int Number, string Text)> Lines()
    {
        foreach (string path in Repository.Files)
        {
            string text = Repository.Read(path);
            if (text.Contains('\0'))
            {
                continue;
            }

            int number = 0;
            foreach (string line in text.Split('\n'))
            {
                number++;
                yield return (path, number, line);
            }
        }
    }

    // One letter of each word stands in brackets, so that the patterns do not match themselves.
    [GeneratedRegex(@"(?<![\w.*])/([w]ork|[t]mp|[r]oot|[h]ome/\w+|[U]sers/\w+)/|\b[A-Z]:\\[U]sers\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(
        @"https?://[^/\s""]*(regi[s]try|artifa[c]t|n[e]xus|mir[r]or|prox[y]|[p]ypi|[n]pmjs|[n]uget)")]
    private static partial Regex RegistryHost();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("^#+ (?<text>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"\]\((?<file>[^)#\s]*)#(?<anchor>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex MarkdownAnchor();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(#[^)\s]*)?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex MarkdownLink();
}
