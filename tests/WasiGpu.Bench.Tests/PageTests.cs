using System.Text.RegularExpressions;
using System.Xml.Linq;
using WasiGpu.Bench.Reporting;

namespace WasiGpu.Bench.Tests;

/// <summary>The page of results.</summary>
public sealed partial class PageTests
{
    private static readonly KeyValuePair<string, string>[] Machine = [new("device", "a <device> & more")];

    [Fact]
    public void Page_Always_NeedsNothingButItself()
    {
        string page = BenchPage.Write([Rows.Row("a"), Rows.Row("b", 0.5)], Machine, ["peer x is absent"]);
        Assert.DoesNotMatch(Reference(), page);
    }

    [Fact]
    public void Page_Always_IsWellFormedWithABarForEachRowThatHasATarget()
    {
        string page = BenchPage.Write(
            [Rows.Row("a"), Rows.Row("<b>", 0.5), Rows.Row("c", ratio: null), Rows.Row("d", 1000)], Machine, []);
        XElement root = XDocument.Parse(
            page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)
                .Replace("<meta charset=\"utf-8\">", "", StringComparison.Ordinal)).Root!;
        XElement plot = Assert.Single(root.Descendants("svg"));
        Assert.Equal(["a", "<b>", "d"], plot.Elements("g").Select(bar => bar.Element("text")!.Value));
        Assert.All(plot.Descendants("rect"), bar =>
        {
            double x = (double)bar.Attribute("x")!;
            double width = (double)bar.Attribute("width")!;
            Assert.True(x >= 0 && width > 0 && x + width <= 1000);
        });
        Assert.Equal(["a", "<b>", "c", "d"], TableCases(root));
        Assert.Contains("a <device> & more", root.Descendants("td").Select(cell => cell.Value));
    }

    private static IEnumerable<string> TableCases(XElement root)
    {
        return root.Descendants("table").Last().Descendants("tr").Skip(1).Select(row => row.Element("td")!.Value);
    }

    [GeneratedRegex(@"https?:|\bsrc\s*=|\bhref\s*=|<link|<script|@import|url\(", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();
}
