using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <content>Many counters in lock-step.</content>
internal static partial class Philox
{
    /// <summary>Draws the same indices as the form without lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void DrawIndices<TWords>(
        uint seed,
        uint stream,
        uint maxIndex,
        ulong first,
        long count,
        uint* output)
        where TWords : struct, IWordLanes<TWords>
    {
        Check.That(first % 4 == 0);
        uint rejectedBelow = (uint)((1UL << 32) % maxIndex);
        TWords limits = TWords.Splat(maxIndex);
        uint* keys = stackalloc uint[2 * Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            keys[2 * round] = seed + ((uint)round * Weyl0);
            keys[(2 * round) + 1] = stream + ((uint)round * Weyl1);
        }

        int step = 4 * TWords.Count;
        long i = 0;
        for (; i <= count - step; i += step)
        {
            TWords blocks = TWords.Numbers((first + (ulong)i) / 4);
            TWords words0 = blocks;
            TWords words1 = TWords.UpperWords(blocks);
            TWords words2 = default;
            TWords words3 = default;
            Encrypt(ref words0, ref words1, ref words2, ref words3, keys);
            words0 *= limits;
            words1 *= limits;
            words2 *= limits;
            words3 *= limits;

            // Few attempts are enough: one is rejected with a probability below one half.
            for (uint attempt = 1;
                TWords.IsAnyBelow(words0, rejectedBelow)
                || TWords.IsAnyBelow(words1, rejectedBelow)
                || TWords.IsAnyBelow(words2, rejectedBelow)
                || TWords.IsAnyBelow(words3, rejectedBelow);
                attempt++)
            {
                TWords again0 = blocks;
                TWords again1 = TWords.UpperWords(blocks);
                TWords again2 = default;
                TWords again3 = TWords.Splat(attempt);
                Encrypt(ref again0, ref again1, ref again2, ref again3, keys);
                words0 = TWords.SelectBelow(words0, rejectedBelow, again0 * limits, words0);
                words1 = TWords.SelectBelow(words1, rejectedBelow, again1 * limits, words1);
                words2 = TWords.SelectBelow(words2, rejectedBelow, again2 * limits, words2);
                words3 = TWords.SelectBelow(words3, rejectedBelow, again3 * limits, words3);
            }

            TWords.StorePairs(
                output + i, TWords.PairUpperWords(words0, words1), TWords.PairUpperWords(words2, words3));
        }

        DrawIndices(seed, stream, maxIndex, first + (ulong)i, count - i, output + i);
    }

    /// <summary>Encrypts counters with the two key words of each round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Encrypt<TWords>(
        ref TWords words0,
        ref TWords words1,
        ref TWords words2,
        ref TWords words3,
        uint* keys)
        where TWords : struct, IWordLanes<TWords>
    {
        TWords multipliers0 = TWords.Splat(Multiplier0);
        TWords multipliers1 = TWords.Splat(Multiplier1);
        for (int round = 0; round < Rounds; round++)
        {
            TWords product0 = multipliers0 * words0;
            TWords product1 = multipliers1 * words2;
            words0 = TWords.Xor(TWords.UpperWords(product1), words1, TWords.Splat(keys[2 * round]));
            words1 = product1;
            words2 = TWords.Xor(TWords.UpperWords(product0), words3, TWords.Splat(keys[(2 * round) + 1]));
            words3 = product0;
        }
    }
}
