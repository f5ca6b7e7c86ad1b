using WasiGpu.Conformance;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>
/// The host suite over the emulated driver: a guest's calls through its own memory, once for each way its transfers
/// can take.
/// </summary>
public sealed class HostConformanceTests : IDisposable
{
    private const string TransferVariable = "WASI_GPU_CUDA_TRANSFER";

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(TransferVariable, null);
        EmulatedDriver.emulationReset();
    }

    // The emulated kernels are slow: the second way runs the cases that are about transfers.
    [Theory]
    [InlineData("direct", null, 300)]
    [InlineData("staged", "buffer", 50)]
    public void HostSuite_SmallCases_Pass(string transfer, string? filter, int atLeast)
    {
        Environment.SetEnvironmentVariable(TransferVariable, transfer);
        using IGpuDevice device = new CudaProvider().Open(0);
        List<CaseResult> results = [];

        HostSuite.Run(device, new SuiteOptions { Small = true, Filter = filter }, results.Add);

        Assert.True(results.Count >= atLeast, $"{results.Count} cases ran");
        Assert.Empty(results.Where(r => r.Outcome != CaseOutcome.Passed).Select(r => $"{r.Case}: {r.Detail}"));
    }
}
