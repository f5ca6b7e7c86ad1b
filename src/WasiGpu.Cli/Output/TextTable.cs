using System.Text;
using Spectre.Console;

namespace WasiGpu.Cli.Output;

/// <summary>Rows under headers: a drawn table on a terminal, aligned columns elsewhere.</summary>
/// <param name="headers">The columns' headers.</param>
internal sealed class TextTable(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row.</summary>
    /// <param name="cells">As many cells as there are headers.</param>
    internal void Add(params string[] cells) => _rows.Add([.. cells.Select(Messages.OneLine)]);

    /// <summary>Writes the table.</summary>
    /// <param name="writer">Standard output or standard error.</param>
    internal void Write(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (console.Profile.Out.IsTerminal)
        {
            WriteDrawn(console);
        }
        else
        {
            WritePlain(writer);
        }
    }

    private void WriteDrawn(IAnsiConsole console)
    {
        Table table = new() { Border = TableBorder.Rounded };
        foreach (string header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))));
        }

        foreach (string[] row in _rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        console.Write(table);
    }

    private void WritePlain(TextWriter writer)
    {
        int[] widths = [.. headers.Select((header, i) => _rows.Max(row => (int?)row[i].Length) is int width
            ? Math.Max(width, header.Length)
            : header.Length)];
        foreach (string[] row in _rows.Prepend(headers))
        {
            StringBuilder line = new();
            for (int i = 0; i < row.Length; i++)
            {
                line.Append(row[i].PadRight(widths[i])).Append("  ");
            }

            writer.WriteLine(line.ToString().TrimEnd());
        }
    }
}
