using WasiGpu.Conformance;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>
/// The backend suite's small cases over the emulated driver, once for each order in which threads may run: a kernel
/// that counts on an order of its threads or blocks fails in one of them.
/// </summary>
public sealed class ConformanceTests : IDisposable
{
    public static TheoryData<ThreadOrder> Orders => [.. Enum.GetValues<ThreadOrder>()];

    [Theory]
    [MemberData(nameof(Orders))]
    public void BackendSuite_SmallCases_Pass(ThreadOrder order)
    {
        EmulatedDriver.emulationSetOrder(order);
        using IGpuDevice device = new CudaProvider().Open(0);
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Small = true }, results.Add);

        Assert.True(results.Count >= 1000, $"{results.Count} cases ran");
        string[] failed =
            [.. results.Where(r => r.Outcome != CaseOutcome.Passed).Select(r => $"{r.Case}: {r.Detail}")];
        Assert.True(failed.Length == 0, string.Join('\n', failed));
    }

    public void Dispose() => EmulatedDriver.emulationReset();
}
