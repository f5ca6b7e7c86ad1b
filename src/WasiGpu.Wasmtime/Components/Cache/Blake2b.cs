using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace WasiGpu.Wasmtime;

/// <summary>
/// BLAKE2b (RFC 7693) without a key: names what a cached file was made of. Our own, because that of the framework
/// needs a library of the system that not every machine has. A guest must not be able to make two files of one name,
/// so it is a cryptographic one.
/// </summary>
internal static class Blake2b
{
    /// <summary>Bytes of a hash.</summary>
    internal const int HashBytes = 32;

    private const int BlockBytes = 128;
    private const int WordsOfBlock = 16;
    private const int Rounds = 12;

    // Pieces of a large input are hashed at once on several threads, and then their hashes.
    private const int PieceBytes = 1 << 20;

    private static readonly ulong[] Start =
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ];

    private static ReadOnlySpan<byte> Order =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>A hash of a large input: the hash of the hashes of its pieces.</summary>
    internal static unsafe byte[] HashPieces(ReadOnlySpan<byte> input)
    {
        int pieces = (int)(((long)input.Length + PieceBytes - 1) / PieceBytes);
        byte[] hashes = new byte[(pieces * HashBytes) + sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(hashes.AsSpan(pieces * HashBytes), input.Length);
        int length = input.Length;
        fixed (byte* pinned = input)
        {
            byte* bytes = pinned;
            Parallel.For(0, pieces, i =>
            {
                int start = i * PieceBytes;
                ReadOnlySpan<byte> piece = new(bytes + start, Math.Min(PieceBytes, length - start));
                Hash(piece).CopyTo(hashes, i * HashBytes);
            });
        }

        return Hash(hashes);
    }

    /// <summary>The hash of an input, 32 bytes.</summary>
    internal static byte[] Hash(ReadOnlySpan<byte> input)
    {
        Span<ulong> state = stackalloc ulong[8];
        Start.CopyTo(state);
        state[0] ^= 0x0101_0000 ^ (ulong)HashBytes;
        ulong counted = 0;
        while (input.Length > BlockBytes)
        {
            counted += BlockBytes;
            Mix(state, input[..BlockBytes], counted, isLast: false);
            input = input[BlockBytes..];
        }

        Span<byte> last = stackalloc byte[BlockBytes];
        last.Clear();
        input.CopyTo(last);
        Mix(state, last, counted + (ulong)input.Length, isLast: true);
        byte[] hash = new byte[HashBytes];
        for (int i = 0; i < HashBytes / sizeof(ulong); i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash.AsSpan(i * sizeof(ulong)), state[i]);
        }

        return hash;
    }

    /// <summary>One block: the 4 x 4 words of the working state as four rows, mixed by columns and by diagonals.</summary>
    private static void Mix(Span<ulong> state, ReadOnlySpan<byte> block, ulong counted, bool isLast)
    {
        Span<ulong> m = stackalloc ulong[WordsOfBlock];
        for (int i = 0; i < WordsOfBlock; i++)
        {
            m[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(i * sizeof(ulong))..]);
        }

        Vector256<ulong> low = Vector256.Create<ulong>(state[..4]);
        Vector256<ulong> high = Vector256.Create<ulong>(state[4..]);
        Vector256<ulong> a = low;
        Vector256<ulong> b = high;
        Vector256<ulong> c = Vector256.Create<ulong>(Start.AsSpan(0, 4));
        Vector256<ulong> d = Vector256.Create<ulong>(Start.AsSpan(4, 4))
            ^ Vector256.Create(counted, 0, isLast ? ulong.MaxValue : 0, 0);
        for (int round = 0; round < Rounds; round++)
        {
            ReadOnlySpan<byte> s = Order.Slice(round % 10 * WordsOfBlock, WordsOfBlock);
            Quarter(ref a, ref b, ref c, ref d, Pick(m, s, 0), Pick(m, s, 1));
            b = Vector256.Shuffle(b, Vector256.Create(1UL, 2, 3, 0));
            c = Vector256.Shuffle(c, Vector256.Create(2UL, 3, 0, 1));
            d = Vector256.Shuffle(d, Vector256.Create(3UL, 0, 1, 2));
            Quarter(ref a, ref b, ref c, ref d, Pick(m, s, 8), Pick(m, s, 9));
            b = Vector256.Shuffle(b, Vector256.Create(3UL, 0, 1, 2));
            c = Vector256.Shuffle(c, Vector256.Create(2UL, 3, 0, 1));
            d = Vector256.Shuffle(d, Vector256.Create(1UL, 2, 3, 0));
        }

        (low ^ a ^ c).CopyTo(state);
        (high ^ b ^ d).CopyTo(state[4..]);
    }

    private static Vector256<ulong> Pick(ReadOnlySpan<ulong> m, ReadOnlySpan<byte> s, int first)
    {
        return Vector256.Create(m[s[first]], m[s[first + 2]], m[s[first + 4]], m[s[first + 6]]);
    }

    private static void Quarter(
        ref Vector256<ulong> a,
        ref Vector256<ulong> b,
        ref Vector256<ulong> c,
        ref Vector256<ulong> d,
        Vector256<ulong> first,
        Vector256<ulong> second)
    {
        a += b + first;
        d = RotateRight(d ^ a, 32);
        c += d;
        b = RotateRight(b ^ c, 24);
        a += b + second;
        d = RotateRight(d ^ a, 16);
        c += d;
        b = RotateRight(b ^ c, 63);
    }

    private static Vector256<ulong> RotateRight(Vector256<ulong> value, int count)
    {
        return (value >>> count) | (value << (64 - count));
    }
}
