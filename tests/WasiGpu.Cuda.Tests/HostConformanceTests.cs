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

    [Theory]
    [InlineData("direct")]
    [InlineData("staged")]
    public void HostSuite_SmallCases_Pass(string transfer)
    {
        Environment.SetEnvironmentVariable(TransferVariable, transfer);
        using IGpuDevice device = new CudaProvider().Open(0);
        List<CaseResult> results = [];

        HostSuite.Run(device, new SuiteOptions { Small = true }, results.Add);

        Assert.True(results.Count >= 300, $"{results.Count} cases ran");
        Assert.Empty(results.Where(r => r.Outcome != CaseOutcome.Passed).Select(r => $"{r.Case}: {r.Detail}"));
    }
}
