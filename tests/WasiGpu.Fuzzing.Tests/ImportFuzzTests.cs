using WasiGpu.Cpu;
using WasiGpu.Wasmtime;
using Xunit;

namespace WasiGpu.Fuzzing.Tests;

/// <summary>
/// Random calls of every import, each checked against the interface and a model of every buffer. Seen to fail, each
/// within the first guest, with one protection broken at a time: a range check one byte too long, new buffers not
/// zeroed, no second look at a buffer after the allocator ran, no bound on find-split's rows (an access violation), a
/// quota that gives back one byte too few, an unaligned return area that is taken.
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

    private static void Run(IGpuDevice device, bool asComponent, long calls)
    {
        using WasmHost host = new();
        using (device)
        using (ImportFuzzer fuzzer = new(host, device, asComponent))
        {
            Assert.Equal(calls, fuzzer.Run(Seed, calls));
            fuzzer.CheckReach();
        }
    }
}
