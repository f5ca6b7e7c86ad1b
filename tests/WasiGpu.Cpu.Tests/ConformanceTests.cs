using WasiGpu.Conformance;

namespace WasiGpu.Cpu.Tests;

/// <summary>Both suites on this backend; the backend suite's small cases also on every path that can be forced.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Paths =>
        [.. TestSession.Levels.Select(level => level.ToString())];

    public static TheoryData<string> BigCases =>
        [.. BackendSuite.Cases.Where(c => c.IsBig).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void BackendSuite_SmallCases_Pass(string level)
    {
        using TestSession session = new(Enum.Parse<SimdLevel>(level), threads: 2);
        List<CaseResult> results = [];

        BackendSuite.Run(session.Device, new SuiteOptions { Small = true }, results.Add);

        CaseResults.RequireAllPassed(results, atLeast: 1000);
    }

    [Theory]
    [MemberData(nameof(BigCases))]
    public void BackendSuite_BigCase_Passes(string name)
    {
        using IGpuDevice device = new CpuProvider().Open(0);
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Filter = name }, results.Add);

        CaseResults.RequireAllPassed(results, atLeast: 1);
    }

    [Fact]
    public void HostSuite_AllCases_Pass()
    {
        using IGpuDevice device = new CpuProvider().Open(0);
        List<CaseResult> results = [];

        HostSuite.Run(device, new SuiteOptions(), results.Add);

        CaseResults.RequireAllPassed(results, atLeast: 300);
    }
}
