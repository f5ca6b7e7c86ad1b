namespace WasiGpu.Wasmtime;

/// <summary>How many of each sort a component has defined up to some place: the next index of each.</summary>
internal sealed class IndexCounts
{
    private readonly Dictionary<ComponentSort, uint> _counts;

    internal IndexCounts() => _counts = [];

    private IndexCounts(IndexCounts source) => _counts = new Dictionary<ComponentSort, uint>(source._counts);

    /// <summary>The next index of a sort.</summary>
    internal uint this[ComponentSort sort] => _counts.GetValueOrDefault(sort);

    /// <summary>Counts one, and returns its index.</summary>
    internal uint Add(ComponentSort sort)
    {
        uint index = this[sort];
        _counts[sort] = index + 1;
        return index;
    }

    /// <summary>The counts as they are now.</summary>
    internal IndexCounts Copy() => new(this);
}
