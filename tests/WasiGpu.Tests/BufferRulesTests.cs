using System.Numerics;
using CsCheck;

namespace WasiGpu.Tests;

public sealed class BufferRulesTests
{
    [Fact]
    public void CheckRange_AnyNumbers_IsWhatUnboundedIntegersSay()
    {
        Gen<ulong> number = Gen.OneOf(
            Gen.ULong,
            Gen.ULong[0, 64],
            Gen.ULong[ulong.MaxValue - 64, ulong.MaxValue],
            Gen.ULong[(1UL << 63) - 8, (1UL << 63) + 8]);
        Gen.Select(number, number, number).Sample((bufferBytes, offset, sizeBytes) =>
        {
            bool fits = (BigInteger)offset + sizeBytes <= bufferBytes;
            return BufferRules.CheckRange("buffer", new SizedBuffer(bufferBytes), offset, sizeBytes) is null == fits;
        });
    }

    [Fact]
    public void CheckRange_PastTheEnd_NamesTheNumbers()
    {
        GpuError? error = BufferRules.CheckRange("src", new SizedBuffer(100), 90, 11);

        Assert.Equal(GpuErrorKind.InvalidParams, error?.Kind);
        Assert.All(["src", "90", "11", "100"], part => Assert.Contains(part, error?.Message));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void CheckRange_NoBytes_OffsetMayBeTheEnd(ulong offset, bool fits)
    {
        Assert.Equal(fits, BufferRules.CheckRange("buffer", new SizedBuffer(100), offset, 0) is null);
    }
}
