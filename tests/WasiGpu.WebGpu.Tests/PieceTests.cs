using WasiGpu.Conformance;

namespace WasiGpu.WebGpu.Tests;

/// <summary>Buffers larger than one binding: every kernel walks them in pieces.</summary>
public sealed class PieceTests
{
    private const uint BindingBytes = 32 << 10;

    [Fact]
    public void BackendSuite_SmallBindings_Passes()
    {
        using WebGpuDevice device = (WebGpuDevice)new WebGpuProvider().Open(0);
        device.Shared.Limits = device.Shared.Limits with { MaxStorageBufferBindingSize = BindingBytes };
        List<CaseResult> results = [];

        BackendSuite.Run(device, new SuiteOptions { Small = true }, results.Add);

        Assert.True(results.Count >= 1000, $"{results.Count} cases ran");
        Assert.Empty(results.Where(r => r.Outcome != CaseOutcome.Passed).Select(r => $"{r.Case}: {r.Detail}"));
    }
}
