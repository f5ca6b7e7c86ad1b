namespace WasiGpu.Cuda.Tests;

/// <summary>How products are divided among blocks.</summary>
public sealed class ProductPlanTests
{
    private const int Multiprocessors = 132;

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 1 << 19)]
    [InlineData(64, 64, 100_003)]
    [InlineData(1024, 1024, 1024)]
    [InlineData(1536, 1536, 1536)]
    [InlineData(3, 70_001, 17)]
    [InlineData(8192, 8192, 8192)]
    [InlineData(4_000_000_000, 4_000_000_000, 1)]
    public void Choose_AnyProduct_CoversTheTermsWithoutEmptyParts(long m, long n, long k)
    {
        ProductPlan plan = ProductPlan.Choose(m, n, k, Multiprocessors);

        Assert.InRange(plan.Terms * plan.Splits, k, long.MaxValue);
        Assert.True(plan.Terms * (plan.Splits - 1) < k);
        Assert.InRange(plan.Splits, 1u, 65_535u);
    }

    [Fact]
    public void Choose_FewTiles_DividesTheTerms()
    {
        Assert.True(ProductPlan.Choose(1024, 1024, 1024, Multiprocessors).Splits > 1);
        Assert.True(ProductPlan.Choose(10, 10, 100_000, Multiprocessors).Splits > 100);
    }

    [Theory]
    [InlineData(8192)]
    [InlineData(4096)]
    public void Choose_ManyTiles_DividesNothing(long size)
    {
        Assert.Equal(new ProductPlan(true, 1, size), ProductPlan.Choose(size, size, size, Multiprocessors));
    }
}
