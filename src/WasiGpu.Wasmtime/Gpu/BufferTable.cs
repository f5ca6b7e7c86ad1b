using System.Diagnostics.CodeAnalysis;

namespace WasiGpu.Wasmtime;

/// <summary>
/// The numbers of a guest's live buffers: from 1 upwards, never used twice, meaningless in any other guest.
/// </summary>
/// <param name="maxBuffers">Most buffers alive at once.</param>
/// <param name="lastId">The number after which they are counted on.</param>
internal sealed class BufferTable(int maxBuffers, uint lastId = 0)
{
    private readonly Dictionary<uint, GpuBuffer> _buffers = [];
    private uint _lastId = lastId;

    internal int Count => _buffers.Count;

    /// <summary>Why one buffer more cannot be numbered; null when it can.</summary>
    internal string? Full => _buffers.Count >= maxBuffers
        ? $"{_buffers.Count} buffers are alive, the limit is {maxBuffers}"
        : _lastId == uint.MaxValue ? "all 2^32 - 1 buffer ids are used up" : null;

    /// <summary>Gives a buffer its number; <see cref="Full"/> was null.</summary>
    internal uint Add(GpuBuffer buffer)
    {
        _buffers.Add(++_lastId, buffer);
        return _lastId;
    }

    /// <summary>Forgets all buffers; their numbers stay used.</summary>
    internal void Clear() => _buffers.Clear();

    internal bool TryGet(uint id, [MaybeNullWhen(false)] out GpuBuffer buffer) => _buffers.TryGetValue(id, out buffer);

    internal bool TryRemove(uint id, [MaybeNullWhen(false)] out GpuBuffer buffer) => _buffers.Remove(id, out buffer);
}
