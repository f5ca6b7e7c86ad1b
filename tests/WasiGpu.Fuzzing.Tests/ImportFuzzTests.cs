using WasiGpu.Cpu;
using WasiGpu.Wasmtime;
using Xunit;

namespace WasiGpu.Fuzzing.Tests;

/// <summary>
/// Random calls of every import, each checked against the interface and a model of every buffer. Seen to fail, each
/// within 20,000 calls, with one protection taken out at a time: the range check of buffer-write, the check of a kernel's
/// smallest buffer, the zeroing of a new buffer, the bound of an index in find-split's rows, the second look at a buffer
/// after the allocator ran, the check that the return area lies in memory.
/// </summary>
public sealed class ImportFuzzTests
{
    // The same calls in every run; eng/fuzz.sh makes new ones.
    private const int Seed = 1;

    [Fact]
    public void Run_CoreModule_EveryRuleHolds()
    {
        Run(new CpuProvider().Open(0), asComponent: false, calls: 700_000);
    }

    [Fact]
    public void Run_Component_EveryRuleHolds()
    {
        Run(new CpuProvider().Open(0), asComponent: true, calls: 300_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Replay_Corpus_EveryRuleHolds(bool asComponent)
    {
        using WasmHost host = new();
        using IGpuDevice device = new CpuProvider().Open(0);
        using ImportFuzzer fuzzer = new(host, device, asComponent);
        string[] files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "imports"));
        Assert.NotEmpty(files);
        Assert.All(files, file => fuzzer.Replay([.. File.ReadLines(file).Select(FuzzCall.Parse)]));
    }

    internal static void Run(IGpuDevice device, bool asComponent, long calls)
    {
        using WasmHost host = new();
        using (device)
        using (ImportFuzzer fuzzer = new(host, device, asComponent))
        {
            Assert.Equal(calls, fuzzer.Run(Seed, calls));

            // Every function was reached past its checks, and refused.
            for (int function = 0; function < GpuInterfaces.Functions.Count; function++)
            {
                Assert.NotEqual(0, fuzzer.Outcomes[function, (int)Expectation.Ok]);
                Assert.True(GpuInterfaces.Functions[function].Name is "sync"
                    || fuzzer.Outcomes[function, (int)Expectation.Trap] > 0);
            }
        }
    }
}
