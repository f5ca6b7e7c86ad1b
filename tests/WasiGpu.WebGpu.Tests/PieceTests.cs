using WasiGpu.Conformance;

namespace WasiGpu.WebGpu.Tests;

/// <summary>Buffers larger than one binding: every kernel walks them in pieces.</summary>
public sealed class PieceTests
{
    /// <summary>The least that shows a chunk of the longest rows, wherever it begins.</summary>
    private const uint SmallBinding = 96 << 10;

    /// <summary>The largest forest of the cases, of about 2 MiB, takes two or three of these.</summary>
    private const uint ForestBinding = 1 << 20;

    [Theory]
    [InlineData(SmallBinding, "elementwise/relu/n=100003")]
    [InlineData(SmallBinding, "elementwise/add/n=100003")]
    [InlineData(SmallBinding, "reduce/sum/")]
    [InlineData(SmallBinding, "reduce/variance/")]
    [InlineData(SmallBinding, "average/trees=1000/")]
    [InlineData(SmallBinding, "average/trees=70001/")]
    [InlineData(SmallBinding, "bootstrap-sample/")]
    [InlineData(SmallBinding, "find-split/")]
    [InlineData(SmallBinding, "matmul/nn/257x255x256")]
    [InlineData(SmallBinding, "matmul/tt/257x255x256")]
    [InlineData(SmallBinding, "memory/")]
    [InlineData(SmallBinding, "session/")]
    [InlineData(ForestBinding, "batch-predict/nodes=131071")]
    [InlineData(ForestBinding, "batch-predict/rows=70001")]
    [InlineData(ForestBinding, "batch-predict/hostile/random-nodes")]
    public void BackendSuite_SmallBindings_Passes(uint bindingBytes, string cases)
    {
        using WebGpuDevice device = (WebGpuDevice)new WebGpuProvider().Open(0);
        device.Shared.Limits = device.Shared.Limits with { MaxStorageBufferBindingSize = bindingBytes };
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Small = true, Filter = cases }, results.Add);

        CaseResults.RequireAllPassed(results, atLeast: 1);
    }
}
