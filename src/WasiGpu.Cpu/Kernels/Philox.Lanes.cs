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
        TWords multipliers0 = TWords.Splat(Multiplier0);
        TWords multipliers1 = TWords.Splat(Multiplier1);
        TWords weyl0 = TWords.Splat(Weyl0);
        TWords weyl1 = TWords.Splat(Weyl1);
        int step = 4 * TWords.Count;
        long i = 0;
        for (; i <= count - step; i += step)
        {
            TWords counter0 = TWords.Numbers((first + (ulong)i) / 4);
            TWords counter1 = TWords.UpperWords(counter0);
            TWords counter2 = default;
            TWords counter3 = default;
            TWords key0 = TWords.Splat(seed);
            TWords key1 = TWords.Splat(stream);
            for (int round = 0; round < 10; round++)
            {
                TWords product0 = multipliers0 * counter0;
                TWords product1 = multipliers1 * counter2;
                counter0 = TWords.UpperWords(product1) ^ counter1 ^ key0;
                counter1 = product1;
                counter2 = TWords.UpperWords(product0) ^ counter3 ^ key1;
                counter3 = product0;
                key0 += weyl0;
                key1 += weyl1;
            }

            counter0 *= limits;
            counter1 *= limits;
            counter2 *= limits;
            counter3 *= limits;
            if (TWords.IsAnyBelow(counter0, rejectedBelow)
                || TWords.IsAnyBelow(counter1, rejectedBelow)
                || TWords.IsAnyBelow(counter2, rejectedBelow)
                || TWords.IsAnyBelow(counter3, rejectedBelow))
            {
                // Rare but for the largest limits, where at most half of the draws are rejected.
                DrawIndices(seed, stream, maxIndex, first + (ulong)i, step, output + i);
                continue;
            }

            TWords.StorePairs(
                output + i,
                TWords.PairUpperWords(counter0, counter1),
                TWords.PairUpperWords(counter2, counter3));
        }

        DrawIndices(seed, stream, maxIndex, first + (ulong)i, count - i, output + i);
    }
}
