using WasiGpu.Conformance;

namespace WasiGpu.WebGpu.Tests;

/// <summary>
/// The forms of kernels that this device would not choose: those for GPUs. The tiled matrix products are left to GPUs:
/// SwiftShader takes up to minutes to compile one of them.
/// </summary>
public sealed class FormTests
{
    [Theory]
    [InlineData("small", "average/trees=33/samples=257")]
    [InlineData("small", "average/trees=100/samples=257")]
    [InlineData("small", "average/trees=1000/samples=257")]
    [InlineData("small", "batch-predict/trees=")]
    [InlineData("small", "batch-predict/features=")]
    [InlineData("small", "batch-predict/special")]
    [InlineData("codes", "batch-predict/")]
    [InlineData("large", "batch-predict/")]
    public void BackendSuite_FormForGpus_Passes(string form, string cases)
    {
        Environment.SetEnvironmentVariable(WebGpuBackend.FormVariable, form);
        try
        {
            using IGpuDevice device = new WebGpuProvider().Open(0);
            List<CaseResult> results = [];

            BackendSuite.Run(device, new SuiteOptions { Small = true, Filter = cases }, results.Add);

            Assert.NotEmpty(results);
            Assert.Empty(results.Where(result => result.Outcome != CaseOutcome.Passed)
                .Select(result => $"{result.Case}: {result.Detail}"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(WebGpuBackend.FormVariable, null);
        }
    }
}
