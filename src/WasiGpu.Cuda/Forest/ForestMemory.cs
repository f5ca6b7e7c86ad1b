namespace WasiGpu.Cuda;

/// <summary>Where the parts of the working memory are in which a forest is compiled.</summary>
internal struct ForestMemory
{
    private const ulong Alignment = 256;
    private const ulong CountBytes = 1024 * 256 * sizeof(uint);

    private readonly ulong _treeBytes;
    private readonly ulong _keyBytes;
    private readonly ulong _featureBytes;

    internal ForestMemory(ulong nodeCount, uint treeCount, uint featureCount)
    {
        // Every node has a slot, and the roots fill whole pairs.
        RootSlots = treeCount + (treeCount & 1);
        Capacity = (uint)((nodeCount + 3) & ~1UL);
        MarkBytes = Align((nodeCount + 31) / 32 * sizeof(uint));
        _treeBytes = Align(treeCount * (ulong)sizeof(uint));
        _keyBytes = Align(Capacity / 2 * (ulong)sizeof(ulong));
        _featureBytes = Align((featureCount + 1) * (ulong)sizeof(uint));
    }

    /// <summary>The device's address of the memory.</summary>
    internal ulong Start { get; set; }

    internal uint RootSlots { get; }

    internal uint Capacity { get; }

    internal ulong MarkBytes { get; }

    internal readonly ForestSlots Slots => new(
        Start,
        Items,
        Items + (Capacity * 16UL),
        Keys,
        Start + Alignment + (3 * _treeBytes),
        Start + Alignment,
        Start + Alignment + _treeBytes,
        Start + Alignment + (2 * _treeBytes),
        Capacity);

    /// <summary>Entries of 8 bytes in both arrays of keys.</summary>
    internal readonly uint QueueCapacity => (uint)(2 * _keyBytes / sizeof(ulong));

    internal readonly ulong OtherKeys => Keys + _keyBytes;

    internal readonly ulong Thresholds => OtherKeys + _keyBytes;

    internal readonly ulong FeatureBegin => Thresholds + _keyBytes;

    internal readonly ulong Counts => FeatureBegin + _featureBytes;

    internal readonly ulong SizeBytes => Counts + CountBytes - Start;

    private readonly ulong Items => Start + Alignment + (3 * _treeBytes) + MarkBytes;

    private readonly ulong Keys => Items + Align(Capacity * 24UL);

    private static ulong Align(ulong sizeBytes) => (sizeBytes + Alignment - 1) & ~(Alignment - 1);
}
