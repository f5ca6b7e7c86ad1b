using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>Philox4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", 2011) and
/// bounded integers drawn from it.</summary>
internal static partial class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>Encrypts a counter: four random words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (uint Word0, uint Word1, uint Word2, uint Word3) Block(
        uint counter0,
        uint counter1,
        uint counter2,
        uint counter3,
        uint key0,
        uint key1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * counter0;
            ulong product1 = (ulong)Multiplier1 * counter2;
            counter0 = (uint)(product1 >> 32) ^ counter1 ^ key0;
            counter1 = (uint)product1;
            counter2 = (uint)(product0 >> 32) ^ counter3 ^ key1;
            counter3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return (counter0, counter1, counter2, counter3);
    }

    /// <summary>Draws consecutive indices one after the other, each uniform in <c>[0,
    /// maxIndex)</c>.</summary>
    /// <param name="seed">Low word of the key.</param>
    /// <param name="stream">High word of the key.</param>
    /// <param name="maxIndex">At least 1.</param>
    /// <param name="first">Number of the first index; a multiple of 4.</param>
    /// <param name="count">How many.</param>
    /// <param name="output">Receives them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void DrawIndices(
        uint seed,
        uint stream,
        uint maxIndex,
        ulong first,
        long count,
        uint* output)
    {
        Check.That(first % 4 == 0);
        uint rejectedBelow = (uint)((1UL << 32) % maxIndex);
        uint* words = stackalloc uint[4];
        for (long i = 0; i < count; i += 4)
        {
            ulong block = (first + (ulong)i) / 4;
            (words[0], words[1], words[2], words[3]) =
                Block((uint)block, (uint)(block >> 32), 0, 0, seed, stream);
            long length = Math.Min(4, count - i);
            for (int position = 0; position < length; position++)
            {
                ulong product = (ulong)words[position] * maxIndex;
                output[i + position] = (uint)product >= rejectedBelow
                    ? (uint)(product >> 32)
                    : Redraw(block, position, seed, stream, maxIndex, rejectedBelow);
            }
        }
    }

    // Ends with probability 1: each attempt is rejected with a probability below one half, and no seed is
    // known that rejects more than some dozens in a row; the attempts themselves wrap around after 2^32.
    private static uint Redraw(
        ulong block,
        int position,
        uint seed,
        uint stream,
        uint maxIndex,
        uint rejectedBelow)
    {
        for (uint attempt = 1; ; attempt++)
        {
            (uint word0, uint word1, uint word2, uint word3) =
                Block((uint)block, (uint)(block >> 32), 0, attempt, seed, stream);
            uint word = position switch { 0 => word0, 1 => word1, 2 => word2, _ => word3 };
            ulong product = (ulong)word * maxIndex;
            if ((uint)product >= rejectedBelow)
            {
                return (uint)(product >> 32);
            }
        }
    }
}
