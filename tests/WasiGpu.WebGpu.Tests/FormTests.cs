using WasiGpu.Conformance;

namespace WasiGpu.WebGpu.Tests;

/// <summary>
/// The forms of kernels that this device would not choose: those for GPUs. Matrix products have tiles of 4 by 4 threads:
/// SwiftShader takes minutes to compile them for 16 by 16.
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
    [InlineData("codes", "batch-predict/trees=")]
    [InlineData("codes", "batch-predict/features=")]
    [InlineData("codes", "batch-predict/each-special")]
    [InlineData("codes", "batch-predict/changed")]
    [InlineData("large", "batch-predict/rows=1000")]
    [InlineData("large", "batch-predict/each-special")]
    [InlineData("small", "matmul/nn/")]
    [InlineData("small", "matmul/tt/")]
    [InlineData("large", "matmul/nt/")]
    [InlineData("large", "matmul/tn/")]
    public void BackendSuite_FormForGpus_Passes(string form, string cases)
    {
        Environment.SetEnvironmentVariable(WebGpuBackend.FormVariable, form);
        try
        {
            using WebGpuDevice device = (WebGpuDevice)new WebGpuProvider().Open(0);
            device.Shared.MatMulSide = 4;
            List<CaseResult> results = [];

            BackendSuite.Run(device, new SuiteOptions { Small = true, Filter = cases }, results.Add);

            CaseResults.RequireAllPassed(results, atLeast: 1);
        }
        finally
        {
            Environment.SetEnvironmentVariable(WebGpuBackend.FormVariable, null);
        }
    }
}
