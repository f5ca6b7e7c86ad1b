namespace WasiGpu.Cpu.Tests;

/// <summary>Vectors of Random123 and of the interface's bounded integers.</summary>
public sealed class PhiloxTests
{
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u,
        0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Block_KnownCounter_GivesPublishedWords(
        uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint w0, uint w1, uint w2, uint w3)
    {
        Assert.Equal((w0, w1, w2, w3), Philox.Block(c0, c1, c2, c3, k0, k1));
    }

    [Theory]
    [InlineData(42u, 0u, 442u, new uint[] { 270, 207, 32, 150, 436, 144, 227, 200, 365, 290, 266, 341 })]
    [InlineData(42u, 0u, 10u, new uint[] { 6, 4, 0, 3, 9, 3, 5, 4, 8, 6, 6, 7 })]
    [InlineData(
        0u, 0u, 1000000u, new uint[] { 399046, 880520, 735712, 605481, 972241, 362091, 693930, 37094 })]
    [InlineData(
        1u,
        0u,
        3000000001u,
        new uint[]
        {
            216610596, 351766442, 821869503, 2327935072, 2015994806, 2622335805, 1426779677, 1968309505,
        })]
    [InlineData(42u, 3u, 442u, new uint[] { 221, 297, 279, 62 })]
    public unsafe void DrawIndices_KnownSeed_GivesKnownIndices(
        uint seed, uint stream, uint maxIndex, uint[] expected)
    {
        uint[] drawn = new uint[expected.Length];
        fixed (uint* output = drawn)
        {
            Philox.DrawIndices(seed, stream, maxIndex, first: 0, drawn.Length, output);
        }

        Assert.Equal(expected, drawn);
    }

    [Theory]
    [InlineData(42u, 442u, 442, 92051L)]
    [InlineData(1u, 3000000001u, 100000, 150114871914849L)]
    [InlineData(7u, 1000u, 1000000, 499236384L)]
    public void BootstrapSample_ManyIndices_HaveKnownSum(uint seed, uint maxIndex, int count, long sum)
    {
        using TestSession session = new(SimdLevels.Best, threads: 2);
        GpuBuffer output = session.Create((ulong)count * 4);

        session.Backend.BootstrapSample(new BootstrapParams((uint)count, seed, maxIndex), output);

        Assert.Equal(sum, session.Read<uint>(output, count).Sum(index => (long)index));
    }

    [Fact]
    public unsafe void DrawIndices_BlockAbove32Bits_UsesHighCounterWord()
    {
        // The last index of a call has number 2^32 - 2; only a counter of 64 bits may follow.
        const ulong first = 1UL << 34;
        uint drawn;
        Philox.DrawIndices(5, 0, uint.MaxValue, first, 1, &drawn);

        (uint word, _, _, _) = Philox.Block(0, 1, 0, 0, 5, 0);
        Assert.Equal((uint)(((ulong)word * uint.MaxValue) >> 32), drawn);
    }
}
