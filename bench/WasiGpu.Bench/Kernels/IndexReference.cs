namespace WasiGpu.Bench.Kernels;

/// <summary>The indices of <c>kernel-bootstrap-sample</c>, one by one (docs/ml-kernels.md).</summary>
internal static class IndexReference
{
    private const int Rounds = 10;
    private const int WordsPerBlock = 4;

    /// <summary>Draws one index.</summary>
    /// <param name="seed">Low word of the key.</param>
    /// <param name="maxIndex">The index is below it.</param>
    /// <param name="position">Which index of the array it is.</param>
    internal static uint Draw(uint seed, uint maxIndex, ulong position)
    {
        uint threshold = (uint)((1UL << 32) % maxIndex);
        for (uint attempt = 0; ; attempt++)
        {
            ulong product = (ulong)Word(seed, position, attempt) * maxIndex;
            if ((uint)product >= threshold)
            {
                return (uint)(product >> 32);
            }
        }
    }

    private static uint Word(uint seed, ulong position, uint attempt)
    {
        ulong block = position / WordsPerBlock;
        uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = 0, c3 = attempt;
        uint k0 = seed, k1 = 0;
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = 0xD2511F53UL * c0;
            ulong p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (position % WordsPerBlock) switch
        {
            0 => c0,
            1 => c1,
            2 => c2,
            _ => c3,
        };
    }
}
