namespace WasiGpu.Conformance;

/// <summary>Philox4x32-10 (Salmon et al., Random123) and the bounded integers drawn from it.</summary>
internal static class BootstrapOracle
{
    /// <summary>One block of four words.</summary>
    internal static uint[] Philox(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0;
            ulong p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 = unchecked(k0 + 0x9E3779B9);
            k1 = unchecked(k1 + 0xBB67AE85);
        }

        return [c0, c1, c2, c3];
    }

    internal static uint[] Draw(int count, uint seed, uint maxIndex, uint stream = 0)
    {
        uint[] drawn = new uint[count];
        uint rejectBelow = (uint)((1UL << 32) % maxIndex);
        for (int first = 0; first < count; first += 4)
        {
            uint[] words = Block(first, attempt: 0);
            for (int i = first; i < Math.Min(count, first + 4); i++)
            {
                ulong product = (ulong)words[i & 3] * maxIndex;
                for (uint attempt = 1; (uint)product < rejectBelow; attempt++)
                {
                    product = (ulong)Block(first, attempt)[i & 3] * maxIndex;
                }

                drawn[i] = (uint)(product >> 32);
            }
        }

        return drawn;

        uint[] Block(int index, uint attempt) => Philox((uint)(index >> 2), 0, 0, attempt, seed, stream);
    }
}
