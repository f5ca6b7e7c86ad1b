using System.Runtime.InteropServices;
using WasiGpu.Conformance;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>find-split with one pass and with two, of which each is chosen at some sizes only.</summary>
public sealed class SplitFormTests : IDisposable
{
    private const string SplitVariable = "WASI_GPU_CUDA_SPLIT";
    private const int Rows = 5000;
    private const int Features = 3;
    private const int Feature = 1;
    private const int Thresholds = 7;

    /// <summary>How the labels behind those by which the scale is guessed differ from them.</summary>
    public static TheoryData<string, Func<int, float>> Labels => new()
    {
        { "alike", i => (i * 7 % 13) - 6 },
        { "far larger later", i => (i * 7 % 13) - 6 + (i < 4000 ? 0 : 1e9f) },
        { "huge later", i => i < 4000 ? i * 7 % 13 : 3e38f * (1 - (i % 3)) },
        { "far from zero", i => 1e6f + (i * 7 % 13) },
        { "equal at first, then near", i => i < 4000 ? 100 : 100 + (i % 5) },
        { "zero at first, then tiny", i => i < 4000 ? 0 : 1e-15f * (i % 5) },
        { "all equal", _ => -3.25f },
        { "infinity later", i => i == 4321 ? float.PositiveInfinity : i % 13 },
        { "no number later", i => i == 4321 ? float.NaN : i % 13 },
        { "no number at first", i => i == 5 ? float.NaN : i % 13 },
    };

    [Theory]
    [InlineData("once", ThreadOrder.Forward)]
    [InlineData("once", ThreadOrder.Backward)]
    [InlineData("once", ThreadOrder.Shuffled)]
    [InlineData("twice", ThreadOrder.Forward)]
    public void FindSplit_FormIsForced_CasesPass(string form, ThreadOrder order)
    {
        EmulatedDriver.emulationSetOrder(order);
        Environment.SetEnvironmentVariable(SplitVariable, form);
        using IGpuDevice device = new CudaProvider().Open(0);
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Small = true, Filter = "find-split/" }, results.Add);

        Assert.NotEmpty(results);
        Assert.Empty(results.Where(r => r.Outcome != CaseOutcome.Passed).Select(r => $"{r.Case}: {r.Detail}"));
    }

    [Theory]
    [MemberData(nameof(Labels))]
    public void FindSplit_Once_ScoresAreThoseOfFloat64(string name, Func<int, float> label)
    {
        Assert.NotEmpty(name);
        float[] labels = [.. Enumerable.Range(0, Rows).Select(label)];
        float[] data = [.. Enumerable.Range(0, Rows * Features).Select(i => (float)(i * 31 % 101))];
        float[] thresholds = [50, 10, 99, -1, float.NaN, 75.5f, 100];

        // The order of the rows, so that the first labels are the first listed, and an index without a row.
        uint[] indices = [.. Enumerable.Range(0, Rows).Select(i => i == 17 ? Rows + 1u : (uint)i)];

        float[] scores = Score("once", data, labels, indices, thresholds);

        for (int t = 0; t < Thresholds; t++)
        {
            double reference = Reference(data, labels, indices, thresholds[t], out double squares);
            double tolerance = Math.Max(1e-5 * reference, 1e-10 * squares);
            bool isNear = double.IsFinite(reference)
                ? Math.Abs(scores[t] - Math.Min(reference, double.MaxValue)) <= tolerance
                    || (reference > float.MaxValue && float.IsPositiveInfinity(scores[t]))
                : reference.Equals(scores[t]);
            Assert.True(isNear, $"threshold {thresholds[t]}: {scores[t]} instead of {reference}");
        }
    }

    [Fact]
    public void Open_FormIsUnknown_NamesTheVariable()
    {
        Environment.SetEnvironmentVariable(SplitVariable, "thrice");

        GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => new CudaProvider().Open(0));

        Assert.Contains(SplitVariable, e.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(SplitVariable, null);
        EmulatedDriver.emulationReset();
    }

    private static float[] Score(string form, float[] data, float[] labels, uint[] indices, float[] thresholds)
    {
        Environment.SetEnvironmentVariable(SplitVariable, form);
        using TestSession session = new();
        GpuBuffer scores = session.Create((ulong)(thresholds.Length * sizeof(float)));
        session.Backend.FindSplit(
            new FindSplitParams((uint)indices.Length, Features, Feature, (uint)thresholds.Length),
            session.Create(MemoryMarshal.AsBytes(data.AsSpan()).ToArray()),
            session.Create(MemoryMarshal.AsBytes(labels.AsSpan()).ToArray()),
            session.Create(MemoryMarshal.AsBytes(indices.AsSpan()).ToArray()),
            session.Create(MemoryMarshal.AsBytes(thresholds.AsSpan()).ToArray()),
            scores);
        return MemoryMarshal.Cast<byte, float>(session.Read(scores)).ToArray();
    }

    private static double Reference(
        float[] data, float[] labels, uint[] indices, float threshold, out double squares)
    {
        List<double>[] sides = [[], []];
        foreach (uint row in indices.Where(row => row < Rows))
        {
            // A threshold that is no number leaves the left side empty.
            int side = data[(row * Features) + Feature] <= threshold ? 0 : 1;
            sides[side].Add(labels[row]);
        }

        squares = Deviation([.. sides[0], .. sides[1]]);
        return sides[0].Count == 0 || sides[1].Count == 0
            ? double.PositiveInfinity
            : Deviation(sides[0]) + Deviation(sides[1]);
    }

    private static double Deviation(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean));
    }
}
