using System.Text;

namespace WasiGpu.Wasmtime;

/// <summary>Reads the primitive forms of the WebAssembly binary format; every read is bounds-checked.</summary>
/// <param name="bytes">The binary, or one section of it.</param>
/// <param name="start">Where the bytes start in the file, for messages.</param>
/// <param name="place">What the bytes are, for messages: empty, or with a colon at its end.</param>
internal ref struct WasmReader(ReadOnlySpan<byte> bytes, int start = 0, string place = "")
{
    // The engine's own limit.
    private const uint MaxNameBytes = 100_000;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal int Position { get; private set; }

    /// <summary>The position in the file.</summary>
    internal readonly int Offset => start + Position;

    internal readonly bool IsAtEnd => Position >= _bytes.Length;

    internal byte ReadByte()
    {
        return IsAtEnd ? throw Broken("the file ends in the middle of a section") : _bytes[Position++];
    }

    internal ReadOnlySpan<byte> ReadBytes(uint count)
    {
        if (count > (uint)(_bytes.Length - Position))
        {
            throw Broken("a length leaves the file");
        }

        ReadOnlySpan<byte> read = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return read;
    }

    internal uint ReadU32() => checked((uint)ReadUnsigned(maxBits: 32));

    internal ulong ReadU64() => ReadUnsigned(maxBits: 64);

    internal string ReadName()
    {
        uint length = ReadU32();
        return length <= MaxNameBytes
            ? Encoding.UTF8.GetString(ReadBytes(length))
            : throw Broken($"a name has {length} bytes: it may have {MaxNameBytes}");
    }

    internal void SkipName() => ReadBytes(ReadU32());

    /// <summary>The byte that is read next.</summary>
    internal readonly byte Peek()
    {
        return IsAtEnd ? throw Broken("the file ends in the middle of a section") : _bytes[Position];
    }

    /// <summary>The bytes from a position up to the next one to be read.</summary>
    internal readonly ReadOnlySpan<byte> Since(int position) => _bytes[position..Position];

    internal readonly GuestLoadException Broken(string reason) => new($"{place}{reason} (offset {Offset})");

    private ulong ReadUnsigned(int maxBits)
    {
        ulong value = 0;
        for (int shift = 0; shift < maxBits; shift += 7)
        {
            byte next = ReadByte();
            ulong payload = next & 0x7FUL;
            if (shift + 7 > maxBits && payload >> (maxBits - shift) != 0)
            {
                throw Broken("an integer is too large");
            }

            value |= payload << shift;
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }

        throw Broken("an integer is too long");
    }
}
