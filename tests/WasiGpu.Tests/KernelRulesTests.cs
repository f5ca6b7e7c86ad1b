using System.Numerics;
using CsCheck;

namespace WasiGpu.Tests;

/// <summary>Sizes needed, against unbounded integers: no product of shapes may wrap around.</summary>
public sealed class KernelRulesTests
{
    private static readonly Gen<uint> Dimension = Gen.OneOf(
        Gen.UInt,
        Gen.UInt[0, 4],
        Gen.Const(1u << 31),
        Gen.Const(uint.MaxValue));

    // The largest size there can be, and sizes at which products of two dimensions would wrap to.
    private static readonly Gen<ulong> Size = Gen.OneOf(
        Gen.ULong[1, 1 << 20],
        Gen.Const(1UL << 32),
        Gen.Const(1UL << 63),
        Gen.Const(ulong.MaxValue));

    [Fact]
    public void MatMul_AnyShapes_NeedsTheProducts()
    {
        Gen.Select(Dimension, Dimension, Dimension, Size, Size, Size).Sample((m, k, n, a, b, c) =>
        {
            MatMulParams parameters = new(m, k, n, TransA: false, TransB: true, Alpha: 1, Beta: 0);
            bool fits = Floats(m, k) <= a && Floats(k, n) <= b && Floats(m, n) <= c;
            return KernelRules.Check(parameters, new SizedBuffer(a), new SizedBuffer(b), new SizedBuffer(c)) is null == fits;
        });
    }

    [Fact]
    public void Average_AnyShapes_NeedsTheProducts()
    {
        Gen.Select(Dimension, Dimension, Size, Size).Sample((trees, rows, input, output) =>
        {
            bool fits = Floats(trees, rows) <= input && Floats(rows, 1) <= output;
            AverageParams parameters = new(trees, rows);
            return KernelRules.Check(parameters, new SizedBuffer(input), new SizedBuffer(output)) is null == fits;
        });
    }

    [Fact]
    public void BatchPredict_AnyShapes_NeedsTheProducts()
    {
        Gen.Select(Dimension, Dimension, Dimension, Size, Size, Size).Sample((rows, features, trees, x, offsets, y) =>
        {
            bool fits = Floats(rows, features) <= x && Floats(trees, 1) <= offsets && Floats(rows, 1) <= y;
            BatchPredictParams parameters = new(rows, features, trees, MaxDepth: 3);
            return fits == KernelRules.Check(
                parameters,
                new SizedBuffer(x),
                new SizedBuffer(offsets),
                new SizedBuffer(y)) is null;
        });
    }

    [Fact]
    public void FindSplit_AnyShapes_NeedsTheLists()
    {
        Gen.Select(Dimension, Dimension, Size, Size, Size).Sample((samples, thresholds, i, t, s) =>
        {
            bool fits = Floats(samples, 1) <= i && Floats(thresholds, 1) <= t && Floats(thresholds, 1) <= s;
            FindSplitParams parameters = new(samples, NFeatures: 2, FeatureIdx: 1, thresholds);
            return KernelRules.Check(parameters, new SizedBuffer(i), new SizedBuffer(t), new SizedBuffer(s)) is null == fits;
        });
    }

    [Theory]
    [InlineData(3u, 3u)]
    [InlineData(0u, 0u)]
    [InlineData(uint.MaxValue, 1u)]
    public void FindSplit_FeaturePastTheEnd_NamesBoth(uint feature, uint features)
    {
        SizedBuffer buffer = new(1024);

        GpuError? error = KernelRules.Check(new FindSplitParams(1, features, feature, 1), buffer, buffer, buffer);

        Assert.Equal(GpuErrorKind.InvalidParams, error?.Kind);
        Assert.Contains($"{feature}", error?.Message);
        Assert.Contains($"{features}", error?.Message);
    }

    [Fact]
    public void Bootstrap_NoIndexToDraw_IsRefusedAlsoForNoSamples()
    {
        Assert.NotNull(KernelRules.Check(new BootstrapParams(0, 1, MaxIndex: 0), new SizedBuffer(4)));
        Assert.Null(KernelRules.Check(new BootstrapParams(0, 1, MaxIndex: 1), new SizedBuffer(1)));
    }

    [Fact]
    public void Reduce_NothingToReduce_IsRefused()
    {
        SizedBuffer buffer = new(4);

        Assert.NotNull(KernelRules.Check(new ReduceParams(0, ReduceOp.Sum), buffer, buffer));
        Assert.Null(KernelRules.Check(new ReduceParams(1, ReduceOp.Sum), buffer, buffer));
        Assert.NotNull(KernelRules.Check(new ReduceParams(1, ReduceOp.Sum), buffer, new SizedBuffer(3)));
    }

    [Fact]
    public void MatMul_OutputIsOperand_IsRefused()
    {
        SizedBuffer one = new(4);
        SizedBuffer two = new(4);
        MatMulParams parameters = new(1, 1, 1, TransA: false, TransB: false, Alpha: 1, Beta: 0);

        Assert.NotNull(KernelRules.Check(parameters, one, two, one));
        Assert.NotNull(KernelRules.Check(parameters, one, two, two));
        Assert.Null(KernelRules.Check(parameters, one, one, two));
    }

    [Theory]
    [InlineData(ElementwiseOp.Add, true)]
    [InlineData(ElementwiseOp.Mul, true)]
    [InlineData(ElementwiseOp.Relu, false)]
    [InlineData(ElementwiseOp.Log, false)]
    public void Elementwise_WithoutSecondOperand_IsRefusedWhereItIsTaken(ElementwiseOp op, bool isRefused)
    {
        SizedBuffer buffer = new(8);

        Assert.Equal(isRefused, KernelRules.Check(new ElementwiseParams(2, op), buffer, null, buffer) is not null);
    }

    [Fact]
    public void Check_BufferTooSmall_NamesItItsSizeAndTheSizeNeeded()
    {
        GpuError? error = KernelRules.Check(new AverageParams(5, 7), new SizedBuffer(139), new SizedBuffer(28));

        Assert.All(["tree-predictions", "139", "140"], part => Assert.Contains(part, error?.Message));
    }

    private static BigInteger Floats(uint rows, uint columns) => (BigInteger)rows * columns * sizeof(float);
}
