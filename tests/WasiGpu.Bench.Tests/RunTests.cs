using System.Text.Json;
using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Peers;
using WasiGpu.Cpu;

namespace WasiGpu.Bench.Tests;

/// <summary>The suites of every backend, in small sizes, on the one device that is always there.</summary>
public sealed class RunTests
{
    private static readonly string[] Fields =
    [
        "suite", "case", "backend", "device", "value", "unit", "bound", "peer", "target", "ratio",
        "clock", "wall", "ofBound", "ofPeer", "peerName", "aim", "peers",
    ];

    private static readonly string[] NeedsMore = ["program", "component-rewrite", "component-start-cached"];

    public static TheoryData<string> Backends { get; } = [.. BenchCases.Backends];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Run_EveryCaseInASmallSize_MeasuresAndChecksIt(string backend)
    {
        BenchCaseList list = BenchCases.Read(backend);
        // Sizes are alike when they are small; a whole program and a large component are not part of these tests.
        list = list with
        {
            Cases =
            [
                .. list.Cases.Where(c => !NeedsMore.Contains(c.Kind)).Select(Rows.Small)
                    .DistinctBy(c => (c.Kind, c.Op, c.Variant, c.Precision)),
            ],
        };
        List<string> missing = [];

        List<BenchRow> rows = Run(list, peers: null, missing);

        string[] told = [.. missing.Where(sentence => !sentence.Contains("OpenBLAS", StringComparison.Ordinal))];
        Assert.Empty(told);
        Assert.Equal(list.Cases.Select(c => c.Case), rows.Select(row => row.Case));
        Assert.All(rows, row => Assert.True(row.Value > 0 && row.Wall > 0, $"{row}"));
        Assert.Equal(backend != "cpu", rows.Any(row => row.Clock == "device"));
    }

    [Fact]
    public void Run_WithPeers_JoinsThemAndTheirBounds()
    {
        BenchCase benchCase = Case("reduce", "GB/s") with
        {
            Op = "sum",
            Bound = "read",
            Targets = [new() { Of = "torch", Factor = 0.5 }, new() { Of = "bound", Factor = 0.25 }],
        };
        PeerFile peers = File(
            [new("kernels", "x", "torch 9", 8, "GB/s"), new("kernels", "x", "CuPy 9", 9, "GB/s"),
                new("kernels", "other", "torch 9", 99, "GB/s")],
            [new("read", 12e9, "how")]);

        BenchRow row = Assert.Single(Run(List(benchCase), peers, []));

        Assert.Equal((12, 9, "CuPy 9", 4), (row.Bound, row.Peer, row.PeerName, row.Target));
        Assert.Equal(["torch 9", "CuPy 9"], row.Peers.Select(peer => peer.Name));
        Assert.Equal(row.Value / 4, row.Ratio!.Value, 9);
        Assert.Equal(row.Value / 9, row.OfPeer!.Value, 9);
        Assert.Equal(row.Value / 12, row.OfBound!.Value, 9);
    }

    [Fact]
    public void Run_TimeWithPeers_HasItsRatiosTheOtherWayRound()
    {
        BenchCase benchCase = Case("batch-predict", "ms") with
        {
            Rows = 10,
            Features = 3,
            Trees = 2,
            Depth = 3,
            Targets = [new() { Of = "XGBoost", Factor = 3 }],
        };

        PeerFile peers = File([new("kernels", "x", "XGBoost 9", 6, "ms")], []);
        BenchRow row = Assert.Single(Run(List(benchCase), peers, []));

        Assert.Equal(2, row.Target);
        Assert.Equal(2 / row.Value, row.Ratio!.Value, 9);
        Assert.Equal(6 / row.Value, row.OfPeer!.Value, 9);
    }

    [Fact]
    public void Run_WithoutWhatTheTargetRefersTo_HasNone()
    {
        BenchCase benchCase = Case("reduce", "GB/s") with { Op = "max", Targets = [new() { Of = "torch" }] };
        BenchRow row = Assert.Single(Run(List(benchCase), peers: null, []));
        Assert.Equal((null, null, null), (row.Target, row.Ratio, row.Peer));
    }

    [Fact]
    public void Run_RecordedFigures_CountOnlyOnTheDeviceTheyWereRecordedOn()
    {
        BenchCase benchCase = Case("reduce", "GB/s") with
        {
            Op = "max",
            RecordedPeers = [new("torch 1 (recorded)", 5), new("CuPy 1 (recorded)", 6)],
        };
        BenchCaseList elsewhere = List(benchCase) with { RecordedOn = "no such device" };
        BenchCaseList here = elsewhere with { RecordedOn = "" };
        PeerFile peers = File([new("kernels", "x", "torch 9", 4, "GB/s")], []);
        Assert.Empty(Assert.Single(Run(elsewhere, peers: null, [])).Peers);
        Assert.Equal(6, Assert.Single(Run(here, peers: null, [])).Peer);
        Assert.Equal(["torch 9", "CuPy 1 (recorded)"], Assert.Single(Run(here, peers, [])).Peers.Select(p => p.Name));
    }

    [Fact]
    public void Run_PeerInAnotherUnit_IsToldAndTheOthersGoOn()
    {
        BenchCase first = Case("reduce", "GB/s") with { Op = "max" };
        List<string> missing = [];
        PeerFile peers = File([new("kernels", "x", "torch 9", 4, "G/s")], []);
        List<BenchRow> rows = Run(List(first, first with { Case = "y" }), peers, missing);
        Assert.Equal("y", Assert.Single(rows).Case);
        Assert.Contains("GB/s", Assert.Single(missing), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_OfRows_HasTheFieldsInOrder()
    {
        using JsonDocument json = JsonDocument.Parse(BenchJson.Write([Rows.Row("a"), Rows.Row("b", ratio: null)]));
        Assert.All(
            json.RootElement.EnumerateArray(),
            row => Assert.Equal(Fields, row.EnumerateObject().Select(property => property.Name)));
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("ratio").ValueKind);
    }

    private static List<BenchRow> Run(BenchCaseList list, PeerFile? peers, List<string> missing)
    {
        using IGpuDevice device = new CpuProvider().Open(0);
        BenchOptions options = new()
        {
            Cases = list,
            Peers = peers,
            Budget = TimeSpan.Zero,
            MinRepeats = 1,
            GuestLoop = 100,
            TransferMiB = 4,
            OpenVariant = _ => new CpuProvider(new CpuOptions { MaxThreads = 1 }).Open(0),
            Missing = missing.Add,
        };
        List<BenchRow> rows = [];
        foreach (string suite in BenchSuites.Names)
        {
            BenchSuites.Run(suite, device, options, rows.Add);
        }

        return rows;
    }

    private static BenchCase Case(string kind, string unit)
    {
        return new BenchCase { Suite = "kernels", Case = "x", Kind = kind, Unit = unit, Elements = 100 };
    }

    // The name of the backend is not the processor's: its bounds would be measured in turns.
    private static BenchCaseList List(params BenchCase[] cases)
    {
        return new BenchCaseList { Backend = "cuda", Clock = "wall", Cases = cases };
    }

    private static PeerFile File(IReadOnlyList<PeerMeasurement> peers, IReadOnlyList<PeerBound> bounds)
    {
        return new PeerFile
        {
            Machine = new Dictionary<string, string>(),
            Peers = peers,
            Bounds = bounds,
            Absent = [],
        };
    }
}
