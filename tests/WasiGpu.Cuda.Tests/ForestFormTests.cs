using WasiGpu.Conformance;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>
/// Cases of batch-predict with each form in which forests are walked, which would not all be chosen at small sizes.
/// </summary>
public sealed class ForestFormTests : IDisposable
{
    private const string ForestVariable = "WASI_GPU_CUDA_FOREST";

    public static TheoryData<string, string> Forms
    {
        get
        {
            TheoryData<string, string> forms = [];
            foreach (string form in new[] { "checked", "pairs", "records", "spread", "tiles", "fused", "deep" })
            {
                foreach (string cases in new[] { "trees=", "features=", "special" })
                {
                    forms.Add(form, $"batch-predict/{cases}");
                }
            }

            // Many tiles for each block, the kernel of eight levels, and all shapes of a spread call.
            forms.Add("fused", "batch-predict/rows=70001");
            forms.Add("fused", "batch-predict/full-depth=8");
            forms.Add("deep", "batch-predict/full-depth=");
            forms.Add("spread", "batch-predict/rows=");
            return forms;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void BatchPredict_FormIsForced_CasesPass(string form, string cases)
    {
        Environment.SetEnvironmentVariable(ForestVariable, form);
        using IGpuDevice device = new CudaProvider().Open(0);
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Small = true, Filter = cases }, results.Add);

        Assert.NotEmpty(results);
        Assert.Empty(results.Where(r => r.Outcome != CaseOutcome.Passed).Select(r => $"{r.Case}: {r.Detail}"));
    }

    [Theory]
    [InlineData("fused", ThreadOrder.Backward)]
    [InlineData("fused", ThreadOrder.Shuffled)]
    [InlineData("spread", ThreadOrder.Backward)]
    [InlineData("spread", ThreadOrder.Shuffled)]
    public void BatchPredict_ThreadsRunInAnotherOrder_CasesPass(string form, ThreadOrder order)
    {
        EmulatedDriver.emulationSetOrder(order);
        BatchPredict_FormIsForced_CasesPass(form, "batch-predict/trees=");
    }

    [Fact]
    public void Open_FormIsUnknown_NamesTheVariable()
    {
        Environment.SetEnvironmentVariable(ForestVariable, "quick");

        GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => new CudaProvider().Open(0));

        Assert.Contains(ForestVariable, e.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ForestVariable, null);
        EmulatedDriver.emulationReset();
    }
}
