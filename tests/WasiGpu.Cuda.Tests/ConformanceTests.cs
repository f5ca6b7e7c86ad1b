using WasiGpu.Conformance;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>
/// The backend suite's small cases over the emulated driver; those of the kernels whose threads exchange values once
/// more in each other order in which threads may run: a kernel that counts on an order fails in one of them.
/// </summary>
public sealed class ConformanceTests : IDisposable
{
    private static readonly string[] Exchanging = ["reduce/", "find-split/", "average/", "batch-predict/trees="];

    public static TheoryData<ThreadOrder, string?> Orders
    {
        get
        {
            TheoryData<ThreadOrder, string?> orders = new() { { ThreadOrder.Forward, null } };
            foreach (ThreadOrder order in Enum.GetValues<ThreadOrder>().Where(o => o != ThreadOrder.Forward))
            {
                foreach (string cases in Exchanging)
                {
                    orders.Add(order, cases);
                }
            }

            return orders;
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void BackendSuite_SmallCases_Pass(ThreadOrder order, string? cases)
    {
        EmulatedDriver.emulationSetOrder(order);
        using IGpuDevice device = new CudaProvider().Open(0);
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Small = true, Filter = cases }, results.Add);

        Assert.True(results.Count >= (cases is null ? 1000 : 3), $"{results.Count} cases ran");
        string[] failed =
            [.. results.Where(r => r.Outcome != CaseOutcome.Passed).Select(r => $"{r.Case}: {r.Detail}")];
        Assert.True(failed.Length == 0, string.Join('\n', failed));
    }

    public void Dispose() => EmulatedDriver.emulationReset();
}
