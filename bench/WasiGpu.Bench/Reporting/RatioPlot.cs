using System.Globalization;
using System.Text;

namespace WasiGpu.Bench.Reporting;

/// <summary>A bar a row: attained over target, on a logarithmic scale around 1.</summary>
internal static class RatioPlot
{
    private const int Width = 1000;
    private const int LabelWidth = 270;
    private const int ValueWidth = 60;
    private const int RowHeight = 18;
    private const int BarHeight = 12;
    private const int AxisHeight = 24;
    private const double Least = 0.1;
    private const double Most = 10;

    private static readonly double[] Ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10];

    /// <summary>Writes the plot; nothing where there are no rows.</summary>
    /// <param name="page">The page.</param>
    /// <param name="rows">Rows that have a ratio.</param>
    internal static void Write(StringBuilder page, IReadOnlyList<BenchRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        int height = AxisHeight + (rows.Count * RowHeight) + 4;
        page.Append("<svg viewBox=\"0 0 ").Append(Width).Append(' ').Append(height)
            .Append("\" role=\"img\" aria-label=\"Attained over target, a bar for each case\">\n");
        foreach (double tick in Ticks)
        {
            string x = Text(Place(tick));
            page.Append("<line x1=\"").Append(x).Append("\" x2=\"").Append(x).Append("\" y1=\"").Append(AxisHeight - 4)
                .Append("\" y2=\"").Append(height).Append("\" stroke=\"").Append(tick == 1 ? "#222" : "#ddd")
                .Append("\"/>\n<text x=\"").Append(x).Append("\" y=\"14\" text-anchor=\"middle\">").Append(Text(tick))
                .Append("</text>\n");
        }

        for (int i = 0; i < rows.Count; i++)
        {
            WriteBar(page, rows[i], AxisHeight + (i * RowHeight));
        }

        page.Append("</svg>\n");
    }

    private static void WriteBar(StringBuilder page, BenchRow row, int top)
    {
        double ratio = row.Ratio!.Value;
        double start = Place(1);
        double end = Place(ratio);
        int baseline = top + BarHeight;
        page.Append("<g><title>").Append(BenchPage.Escape(
                $"{row.Case}: {BenchPage.Number(row.Value)} {row.Unit}, target {BenchPage.Number(row.Target)}"))
            .Append("</title><text x=\"").Append(LabelWidth - 8).Append("\" y=\"").Append(baseline)
            .Append("\" text-anchor=\"end\">").Append(BenchPage.Escape(row.Case)).Append("</text><rect x=\"")
            .Append(Text(Math.Min(start, end))).Append("\" y=\"").Append(top + 2).Append("\" width=\"")
            .Append(Text(Math.Max(1, Math.Abs(end - start)))).Append("\" height=\"").Append(BarHeight)
            .Append("\" fill=\"").Append(ratio >= 1 ? "#2e9e56" : "#d5483d").Append("\"/><text x=\"")
            .Append(Width - ValueWidth + 8).Append("\" y=\"").Append(baseline).Append("\">")
            .Append(BenchPage.Number(ratio)).Append("</text></g>\n");
    }

    /// <summary>Where a ratio lies; those beyond the scale lie at its ends.</summary>
    private static double Place(double ratio)
    {
        double share = Math.Log(Math.Clamp(ratio, Least, Most) / Least) / Math.Log(Most / Least);
        return LabelWidth + (share * (Width - LabelWidth - ValueWidth));
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
