namespace WasiGpu.Cuda;

/// <summary>Where the compiled forms of a forest are in their block of memory.</summary>
internal struct FormMemory
{
    private const ulong Alignment = 256;
    private const ulong DeepUnitBytes = 32;

    private readonly ulong _recordBytes;
    private readonly ulong _leafBytes;
    private readonly ulong _perfectBytes;
    private readonly ulong _tableBytes;
    private readonly ulong _indexBytes;
    private readonly ulong _groupBytes;
    private readonly ulong _blockBytes;

    internal FormMemory(
        ulong pairBytes,
        ulong recordBytes,
        ulong leafBytes,
        PerfectPlan? perfect,
        in ForestInput input)
    {
        PairBytes = pairBytes;
        _recordBytes = Align(recordBytes);
        _leafBytes = Align(leafBytes);
        if (perfect is not null)
        {
            _perfectBytes = Align(input.TreeCount * perfect.TreeBytes);
            _tableBytes = Align(perfect.TableWords * (ulong)sizeof(float));
            _indexBytes = Align(2UL * input.FeatureCount * sizeof(uint));
            _groupBytes = Align((ulong)perfect.Groups.Count * 16);
            _blockBytes = Align((ulong)perfect.Blocks.Count * 16);
        }
    }

    /// <summary>32-byte units of the deep form.</summary>
    internal ulong UnitCount { get; init; }

    internal ulong ThresholdBytes { get; init; }

    internal ulong FeatureBytes { get; init; }

    internal ulong SpreadBytes { get; init; }

    /// <summary>The device's address of the memory.</summary>
    internal ulong Start { get; set; }

    internal ulong PairBytes { get; }

    internal readonly ulong ListBytes => _indexBytes + _groupBytes + _blockBytes;

    internal readonly ulong Pairs => Start;

    internal readonly ulong Records => Start + Align(PairBytes);

    internal readonly ulong Leaves => Records + _recordBytes;

    internal readonly ulong Trees => Leaves + _leafBytes;

    internal readonly ulong Tables => Trees + _perfectBytes;

    internal readonly ulong Lists => Tables + _tableBytes;

    internal readonly ulong GroupList => Lists + _indexBytes;

    /// <summary>The units of the deep form.</summary>
    internal readonly ulong Units => BlockList + _blockBytes;

    internal readonly ulong BlockList => GroupList + _groupBytes;

    internal readonly ulong Thresholds => Units + Align(UnitCount * DeepUnitBytes);

    internal readonly ulong FeatureBegin => Thresholds + Align(ThresholdBytes);

    /// <summary>Sums of rows and tickets of groups of them, 0 between calls.</summary>
    internal readonly ulong Spread => FeatureBegin + Align(FeatureBytes);

    internal readonly ulong SizeBytes => Spread + Align(SpreadBytes) - Start;

    private static ulong Align(ulong sizeBytes) => (sizeBytes + Alignment - 1) & ~(Alignment - 1);
}
