using System.Globalization;
using WasiGpu.Bench;

namespace WasiGpu.Cli.Output;

/// <summary>The rows of benchmarks as a table on standard output.</summary>
internal static class BenchTable
{
    /// <summary>Writes the table.</summary>
    /// <param name="rows">The rows.</param>
    internal static void Write(IEnumerable<BenchRow> rows)
    {
        TextTable table = new("SUITE", "CASE", "VALUE", "UNIT", "WALL", "BOUND", "PEER", "TARGET", "RATIO");
        foreach (BenchRow row in rows)
        {
            table.Add(
                row.Suite,
                row.Case,
                Text(row.Value),
                row.Unit,
                Text(row.Wall),
                Text(row.Bound),
                Text(row.Peer),
                Text(row.Target),
                row.Ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-");
        }

        table.Write(Console.Out);
    }

    private static string Text(double? value)
    {
        string format = value is >= 100 ? "0" : "0.00";
        return value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
    }
}
