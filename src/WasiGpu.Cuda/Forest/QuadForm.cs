namespace WasiGpu.Cuda;

/// <summary>Perfect trees of records of two levels each.</summary>
/// <param name="Records">The records.</param>
/// <param name="Leaves">The leaves.</param>
/// <param name="Levels">Levels of records.</param>
/// <param name="Sums">A float64 for each of <see cref="MostSpreadRows"/> rows, 0 between calls; then as many tickets
/// of 4 bytes.</param>
internal sealed record QuadForm(ulong Records, ulong Leaves, uint Levels, ulong Sums)
{
    /// <summary>Rows of a call whose trees are spread over blocks.</summary>
    internal const uint MostSpreadRows = 1024;

    /// <summary>Bytes of the sums and tickets.</summary>
    internal const ulong SpreadBytes = MostSpreadRows * (ulong)(sizeof(double) + sizeof(uint));

    /// <summary>Where the tickets are.</summary>
    internal ulong Tickets => Sums + (MostSpreadRows * sizeof(double));

    /// <summary>Bytes of the records of a tree.</summary>
    internal static ulong RecordBytes(uint levels) => ((1UL << (2 * (int)levels)) - 1) / 3 * 16;

    /// <summary>Bytes of the leaves of a tree.</summary>
    internal static ulong LeafBytes(uint levels) => (ulong)sizeof(float) << (2 * (int)levels);
}
