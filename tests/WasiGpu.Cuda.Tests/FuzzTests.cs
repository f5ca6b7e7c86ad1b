using WasiGpu.Cuda.Tests.Native;
using WasiGpu.Fuzzing;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cuda.Tests;

/// <summary>
/// Random calls of every import on the emulated driver: no byte changes that a call may not change, and what was freed
/// never shows.
/// </summary>
public sealed class FuzzTests : IDisposable
{
    public void Dispose() => EmulatedDriver.emulationReset();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_RandomCalls_EveryRuleHolds(bool asComponent)
    {
        using WasmHost host = new();
        using IGpuDevice device = new CudaProvider().Open(0);
        using ImportFuzzer fuzzer = new(host, device, asComponent);
        fuzzer.Run(seed: 2, calls: 20_000, cancellationToken: TestContext.Current.CancellationToken);
        fuzzer.CheckReach();
    }
}
