using System.Buffers.Binary;
using System.Text.Json;

namespace WasiGpu.Wasmtime;

/// <summary>
/// Cuts what a worker sends into replies: 4 bytes of length, little-endian, then JSON. Trusts nothing: a worker may be in
/// the hands of its guest.
/// </summary>
internal sealed class ReplyReader
{
    /// <summary>The longest reply.</summary>
    internal const int MaxReplyBytes = 64 << 20;

    internal const int LengthBytes = 4;

    private byte[] _bytes = new byte[16 * 1024];
    private int _count;

    /// <summary>Reads what is there; waits when there is nothing.</summary>
    /// <returns>False at the end.</returns>
    internal bool Fill(Descriptor source)
    {
        if (_count == _bytes.Length)
        {
            Array.Resize(ref _bytes, 2 * _bytes.Length);
        }

        int count = source.Read(_bytes.AsSpan(_count));
        _count += count;
        return count > 0;
    }

    /// <summary>Forgets what is not read yet.</summary>
    internal void Clear() => _count = 0;

    /// <summary>The next whole reply; null when there is none yet.</summary>
    /// <exception cref="FormatException">What was sent is no reply.</exception>
    internal WorkerReply? Next()
    {
        if (_count < LengthBytes)
        {
            return null;
        }

        int sizeBytes = BinaryPrimitives.ReadInt32LittleEndian(_bytes);
        if (sizeBytes is < 0 or > MaxReplyBytes)
        {
            throw new FormatException($"a reply has {sizeBytes} bytes: at most {MaxReplyBytes} are allowed");
        }

        int end = LengthBytes + sizeBytes;
        if (_count < end)
        {
            return null;
        }

        try
        {
            WorkerReply? reply = JsonSerializer.Deserialize(
                _bytes.AsSpan(LengthBytes, sizeBytes),
                WorkerJson.Default.WorkerReply);
            _bytes.AsSpan(end, _count - end).CopyTo(_bytes);
            _count -= end;
            return reply ?? throw new FormatException("a reply is null");
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
