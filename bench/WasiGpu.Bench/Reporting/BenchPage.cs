using System.Globalization;
using System.Net;
using System.Text;

namespace WasiGpu.Bench.Reporting;

/// <summary>Results as one HTML page that needs nothing but itself: style and plots are inside.</summary>
public static class BenchPage
{
    private const string Style = """
        body { font: 14px/1.5 sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #222; }
        h1 { font-size: 1.6em; } h2 { font-size: 1.2em; margin-top: 2em; }
        table { border-collapse: collapse; width: 100%; font-size: 13px; }
        th, td { text-align: left; padding: 3px 8px; border-bottom: 1px solid #ddd; vertical-align: top; }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .met { color: #146c2e; } .missed { color: #b3261e; } .none { color: #777; }
        svg { width: 100%; height: auto; }
        svg text { font: 12px sans-serif; fill: #222; }
        """;

    /// <summary>Writes a page.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="machine">Facts of the machine, names and values, in the order to show them.</param>
    /// <param name="missing">A sentence on each thing that was not measured.</param>
    /// <returns>The page.</returns>
    public static string Write(
        IReadOnlyList<BenchRow> rows,
        IEnumerable<KeyValuePair<string, string>> machine,
        IEnumerable<string> missing)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(missing);
        StringBuilder page = new();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Append("<title>wasi-gpu bench</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n");
        page.Append("<h1>wasi-gpu bench</h1>\n");
        WriteMachine(page, machine);
        WriteSummary(page, rows);
        foreach (IGrouping<string, BenchRow> suite in rows.GroupBy(row => row.Suite))
        {
            page.Append("<h2>").Append(Escape(suite.Key)).Append("</h2>\n");
            RatioPlot.Write(page, [.. suite.Where(row => row.Ratio is not null)]);
            WriteTable(page, suite);
        }

        WriteMissing(page, [.. missing]);
        return page.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>Text as content of an element or an attribute.</summary>
    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A number with three to four digits that count.</summary>
    internal static string Number(double? value)
    {
        return value switch
        {
            null => "-",
            >= 1000 => value.Value.ToString("0", CultureInfo.InvariantCulture),
            >= 100 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
            >= 1 => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
            _ => value.Value.ToString("0.####", CultureInfo.InvariantCulture),
        };
    }

    private static void WriteMachine(StringBuilder page, IEnumerable<KeyValuePair<string, string>> machine)
    {
        page.Append("<table>\n");
        foreach ((string name, string value) in machine)
        {
            page.Append("<tr><th>").Append(Escape(name)).Append("</th><td>").Append(Escape(value))
                .Append("</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void WriteSummary(StringBuilder page, IReadOnlyList<BenchRow> rows)
    {
        int met = rows.Count(row => row.Ratio >= 1);
        int missed = rows.Count(row => row.Ratio < 1);
        page.Append("<p>").Append(rows.Count).Append(" rows: ").Append(met).Append(" at their target or beyond, ")
            .Append(missed).Append(" below it, ").Append(rows.Count - met - missed)
            .Append(" without one. A ratio is attained over target, for times target over attained.</p>\n");
    }

    private static void WriteTable(StringBuilder page, IEnumerable<BenchRow> rows)
    {
        page.Append("<table>\n<tr><th>case</th><th class=\"n\">value</th><th>unit</th><th class=\"n\">wall</th>")
            .Append("<th class=\"n\">bound</th><th class=\"n\">of bound</th><th class=\"n\">peer</th>")
            .Append("<th class=\"n\">of peer</th><th>which</th><th class=\"n\">target</th><th>aim</th>")
            .Append("<th class=\"n\">ratio</th></tr>\n");
        foreach (BenchRow row in rows)
        {
            string state = row.Ratio is null ? "none" : row.Ratio >= 1 ? "met" : "missed";
            page.Append("<tr><td>").Append(Escape(row.Case)).Append("</td>");
            WriteNumber(page, row.Value);
            page.Append("<td>").Append(Escape(row.Unit)).Append(", ").Append(Escape(row.Clock)).Append("</td>");
            WriteNumber(page, row.Wall);
            WriteNumber(page, row.Bound);
            WriteNumber(page, row.OfBound);
            WriteNumber(page, row.Peer);
            WriteNumber(page, row.OfPeer);
            page.Append("<td>").Append(Escape(string.Join("; ", row.Peers.Select(p => $"{p.Name} {Number(p.Value)}"))))
                .Append("</td>");
            WriteNumber(page, row.Target);
            page.Append("<td>").Append(Escape(row.Aim ?? "-")).Append("</td><td class=\"n ").Append(state).Append("\">")
                .Append(Number(row.Ratio)).Append("</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void WriteNumber(StringBuilder page, double? value)
    {
        page.Append("<td class=\"n\">").Append(Number(value)).Append("</td>");
    }

    private static void WriteMissing(StringBuilder page, IReadOnlyList<string> missing)
    {
        if (missing.Count == 0)
        {
            return;
        }

        page.Append("<h2>Not measured</h2>\n<ul>\n");
        foreach (string sentence in missing)
        {
            page.Append("<li>").Append(Escape(sentence)).Append("</li>\n");
        }

        page.Append("</ul>\n");
    }
}
