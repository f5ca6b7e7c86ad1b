using Xunit;

namespace WasiGpu.Conformance.Tests;

/// <summary>The suite passes what is right and finds what is wrong.</summary>
public sealed class BackendSuiteTests
{
    public static TheoryData<string> Faults { get; } =
        [.. Enum.GetNames<Fault>().Where(name => name != nameof(Fault.None))];

    [Fact]
    public void Run_ReferenceBackend_AllSmallCasesPass()
    {
        using ReferenceDevice device = new();
        List<CaseResult> results = [];
        BackendSuite.Run(device, new SuiteOptions { Small = true }, results.Add);
        Assert.Equal([], results.Where(result => result.Outcome != CaseOutcome.Passed));
        Assert.Equal(BackendSuite.Cases.Count(candidate => !candidate.IsBig), results.Count);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Run_BackendWithFault_CaseFails(string name)
    {
        Fault fault = Enum.Parse<Fault>(name);
        using ReferenceDevice device = new(fault);
        using CancellationTokenSource found = new();
        CaseResult? failure = null;
        SuiteOptions options = new() { Small = true, Filter = Area(name), CancellationToken = found.Token };
        try
        {
            BackendSuite.Run(device, options, result =>
            {
                if (result.Outcome == CaseOutcome.Failed)
                {
                    failure = result;
                    found.Cancel();
                }
            });
        }
        catch (OperationCanceledException)
        {
            // The first failure is enough.
        }

        Assert.NotNull(failure);
        TestContext.Current.TestOutputHelper?.WriteLine($"{failure}");
    }

    [Fact]
    public void Run_SameSeed_SameResults()
    {
        Assert.Equal(Details(seed: 5), Details(seed: 5));
        Assert.NotEqual(Details(seed: 5), Details(seed: 6));
    }

    [Fact]
    public void Cases_Names_AreUnique()
    {
        IEnumerable<string> names = BackendSuite.Cases.Select(candidate => candidate.Name);
        Assert.Equal([], names.CountBy(name => name).Where(pair => pair.Value > 1));
    }

    private static List<string> Details(ulong seed)
    {
        using ReferenceDevice device = new(Fault.ReduceSumInFloat32);
        List<string> details = [];
        SuiteOptions options = new() { Small = true, Filter = "reduce/sum/positive", Seed = seed };
        BackendSuite.Run(device, options, result => details.Add(result.Detail.Split('(')[0]));
        return details;
    }

    /// <summary>
    /// The cases that must find a fault: <c>batch-predict/</c> for <c>BatchPredictLess</c>.
    /// </summary>
    private static string Area(string fault)
    {
        string[] areas =
        [
            "buffer/", "memory/", "session/", "deadline/", "bootstrap-sample/", "find-split/", "average/",
            "matmul/", "elementwise/", "reduce/", "batch-predict/",
        ];
        return areas.Single(area => fault.StartsWith(
            area.Replace("-sample/", string.Empty, StringComparison.Ordinal)
                .Replace("-", string.Empty, StringComparison.Ordinal)
                .TrimEnd('/'),
            StringComparison.OrdinalIgnoreCase));
    }
}
