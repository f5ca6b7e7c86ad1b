namespace WasiGpu.Cuda;

/// <summary>Perfect trees of records of two levels each.</summary>
/// <param name="Records">The records.</param>
/// <param name="Leaves">The leaves.</param>
/// <param name="Levels">Levels of records.</param>
internal sealed record QuadForm(ulong Records, ulong Leaves, uint Levels)
{
    /// <summary>Bytes of the records of a tree.</summary>
    internal static ulong RecordBytes(uint levels) => ((1UL << (2 * (int)levels)) - 1) / 3 * 16;

    /// <summary>Bytes of the leaves of a tree.</summary>
    internal static ulong LeafBytes(uint levels) => (ulong)sizeof(float) << (2 * (int)levels);
}
