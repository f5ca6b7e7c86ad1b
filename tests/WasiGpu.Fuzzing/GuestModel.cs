namespace WasiGpu.Fuzzing;

/// <summary>What a guest must see of its buffers: which are alive, and every byte of each.</summary>
internal sealed class GuestModel
{
    /// <summary>The guest's quota of device memory.</summary>
    internal const uint QuotaBytes = 65_536;

    /// <summary>The guest's limit of buffers.</summary>
    internal const int MaxBuffers = 24;

    private readonly Dictionary<uint, byte[]> _buffers = [];

    /// <summary>The buffers alive, by id.</summary>
    internal IReadOnlyDictionary<uint, byte[]> Buffers => _buffers;

    /// <summary>The id of the next buffer.</summary>
    internal uint NextId { get; private set; } = 1;

    /// <summary>Bytes of the buffers alive.</summary>
    internal ulong UsedBytes { get; private set; }

    /// <summary>Pages of the guest's memory.</summary>
    internal uint Pages { get; set; } = Layout.Pages;

    internal ulong MemoryBytes => (ulong)Pages * Layout.Page;

    internal bool HasRoom(ulong sizeBytes)
    {
        return _buffers.Count < MaxBuffers && sizeBytes <= QuotaBytes - UsedBytes;
    }

    internal void Create(ulong sizeBytes)
    {
        _buffers.Add(NextId++, new byte[sizeBytes]);
        UsedBytes += sizeBytes;
    }

    internal void Destroy(uint id)
    {
        UsedBytes -= (ulong)_buffers[id].Length;
        _buffers.Remove(id);
    }
}
