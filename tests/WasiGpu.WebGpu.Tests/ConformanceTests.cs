using WasiGpu.Conformance;

namespace WasiGpu.WebGpu.Tests;

/// <summary>Both suites on this backend.</summary>
public sealed class ConformanceTests
{
    /// <summary>The big cases that a software device ends within a minute; <c>conformance</c> on a GPU runs all.</summary>
    public static TheoryData<string> BigCases =>
        [.. BackendSuite.Cases.Where(c => c.IsBig && c.Name.StartsWith("deadline/", StringComparison.Ordinal))
            .Select(c => c.Name)];

    [Fact]
    public void BackendSuite_SmallCases_Pass()
    {
        using IGpuDevice device = new WebGpuProvider().Open(0);
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Small = true }, results.Add);

        CaseResults.RequireAllPassed(results, atLeast: 1000);
    }

    [Theory]
    [MemberData(nameof(BigCases))]
    public void BackendSuite_BigCase_Passes(string name)
    {
        using IGpuDevice device = new WebGpuProvider().Open(0);
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Filter = name }, results.Add);

        CaseResults.RequireAllPassed(results, atLeast: 1);
    }

    [Fact]
    public void HostSuite_AllCases_Pass()
    {
        using IGpuDevice device = new WebGpuProvider().Open(0);
        List<CaseResult> results = [];

        HostSuite.Run(device, new SuiteOptions(), results.Add);

        CaseResults.RequireAllPassed(results, atLeast: 300);
    }
}
