using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Tests;

/// <summary>The files of <c>bench/cases</c>.</summary>
public sealed class CaseTests
{
    public static TheoryData<string> Backends { get; } = [.. BenchCases.Backends];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Cases_Always_AreWellFormed(string backend)
    {
        BenchCaseList list = BenchCases.Read(backend);
        Assert.Equal(backend, list.Backend);
        Assert.Contains(list.Clock, new[] { "device", "wall" });
        Assert.True(list.Cases.Count >= 20);
        Assert.Equal(
            list.Cases.Count, list.Cases.Select(c => $"{c.Suite}/{c.Case}").Distinct(StringComparer.Ordinal).Count());
        Assert.All(list.Cases, benchCase =>
        {
            Assert.Contains(benchCase.Suite, BenchSuites.Names);
            Assert.Contains(benchCase.Unit, Units.All);
            Assert.True(benchCase.BoundPerUnit > 0);
            Assert.All(benchCase.Targets, target =>
            {
                Assert.True(target.Value is null ? target is { Of: not null, Factor: > 0 } : target.Value > 0);
                Assert.True(target.Of != BenchTarget.OfBound || benchCase.Bound is not null);
            });
        });
    }

    [Theory]
    [InlineData("cpu", "program-run-empty", "25")]
    [InlineData("cpu", "matmul-2048", "0.95 of OpenBLAS and 0.8 of bound")]
    [InlineData("cpu", "bootstrap-sample-2^24", "5 of numpy or 0.8 of bound")]
    [InlineData("cuda", "reduce-variance-2^29", "1.05 of torch")]
    [InlineData("cuda", "batch-predict-100xunlimited", "5")]
    [InlineData("cuda", "find-split-10Mx28x256", "5 of torch and 0.7 of bound")]
    [InlineData("webgpu", "elementwise-exp-2^28", "0.88 of bound")]
    [InlineData("webgpu", "buffer-write-256MiB", "20")]
    public void Targets_Are(string backend, string name, string aim)
    {
        BenchCase benchCase = BenchCases.Read(backend).Cases.Single(c => c.Case == name);
        Assert.Equal(aim, string.Join(benchCase.Any ? " or " : " and ", benchCase.Targets.Select(t => t.Text)));
    }

    [Fact]
    public void Target_OfPeer_IsAMultipleOfTheBestOneThatHasItsName()
    {
        PeerValue[] peers = [new("torch a", 10), new("torch b", 20), new("CuPy", 90)];
        BenchTarget target = new() { Of = "torch", Factor = 2 };
        Assert.Equal(40, target.Resolve(isTime: false, bound: null, peers));
        Assert.Equal(5, target.Resolve(isTime: true, bound: null, peers));
        Assert.Null(target.Resolve(isTime: false, bound: 7, [peers[2]]));
    }
}
