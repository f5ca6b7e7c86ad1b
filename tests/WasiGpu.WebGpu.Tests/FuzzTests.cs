using WasiGpu.Fuzzing;
using WasiGpu.Wasmtime;

namespace WasiGpu.WebGpu.Tests;

/// <summary>
/// Random calls of every import on SwiftShader: no byte changes that a call may not change, and what was freed
/// never shows.
/// </summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_RandomCalls_EveryRuleHolds(bool asComponent)
    {
        using WasmHost host = new();
        using IGpuDevice device = new WebGpuProvider().Open(0);
        using ImportFuzzer fuzzer = new(host, device, asComponent);

        // A component's calls are rarely wrong, since a trap ends its guest.
        int calls = asComponent ? 4_000 : 2_000;
        fuzzer.Run(seed: 2, calls, cancellationToken: TestContext.Current.CancellationToken);
        fuzzer.CheckReach();
    }
}
