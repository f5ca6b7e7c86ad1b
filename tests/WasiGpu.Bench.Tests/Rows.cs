using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Tests;

/// <summary>Cases and rows for these tests.</summary>
internal static class Rows
{
    private const int Elements = 5000;
    private const int TableRows = 700;

    /// <summary>A case in a size that takes no time.</summary>
    internal static BenchCase Small(BenchCase benchCase)
    {
        return benchCase with
        {
            Elements = Math.Min(benchCase.Elements, Elements),
            N = Math.Min(benchCase.N, 48),
            Rows = Math.Min(benchCase.Rows, TableRows),
            Trees = Math.Min(benchCase.Trees, 3),
            Calls = Math.Min(benchCase.Calls, 10),
            SizeMiB = Math.Min(benchCase.SizeMiB, 1),
        };
    }

    /// <summary>A row with a name and a ratio.</summary>
    internal static BenchRow Row(string name, double? ratio = 1)
    {
        return new BenchRow
        {
            Suite = "kernels",
            Case = name,
            Backend = "cpu",
            Device = "a processor",
            Value = 2,
            Unit = "GB/s",
            Target = ratio is null ? null : 2 / ratio,
            Ratio = ratio,
            Clock = "wall",
            Wall = 2,
        };
    }
}
