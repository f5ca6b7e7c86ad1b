using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace WasiGpu.Wasmtime.Tests.Fuzz;

/// <summary>
/// Random and mutated bytes for the readers of modules and components: no fault, no hang, no memory without bound.
/// <c>eng/fuzz.sh binaries</c> runs this for as long as one likes, with another seed each time.
/// </summary>
public sealed class BinaryFuzzTests
{
    private const string SecondsVariable = "WASI_GPU_FUZZ_SECONDS";
    private const string SeedVariable = "WASI_GPU_FUZZ_SEED";
    private const int DefaultSeed = 20_261;

    // Cases, not seconds, by default: the same ones on every machine.
    private const int DefaultCases = 30_000;
    private const int EngineEvery = 200;

    private static readonly string[] Files =
    [
        "components/c-component.wasm", "components/composed-plug.wasm", "components/pruned-three.wasm",
        "components/rust-witbindgen-0.63-unknown-library.component.wasm",
    ];

    [Fact]
    public void Read_MutatedBinaries_IsBounded()
    {
        int seed = (int)(Setting(SeedVariable) ?? DefaultSeed);
        double? seconds = Setting(SecondsVariable);
        BinaryMutator mutator = new(new Random(seed), Seeds(seed));
        long start = Stopwatch.GetTimestamp();
        int refused = 0;
        int cases = 0;
        for (; seconds is null ? cases < DefaultCases : Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; cases++)
        {
            byte[] bytes = mutator.Next();
            try
            {
                refused += BinaryOracle.Check(bytes) ? 1 : 0;
                if (cases % EngineEvery == 0)
                {
                    BinaryOracle.CheckStaysValid(bytes);
                }
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, case {cases}, kept as {Keep(bytes, seed, cases)}: {e}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {cases} cases, {refused} refused");

        // A mutator that makes nothing but rubbish, or nothing that is wrong, would find nothing.
        Assert.InRange(refused, cases / 20, cases - (cases / 20));
    }

    [Fact]
    public void Read_Corpus_IsBounded()
    {
        string[] files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "corpus"), "*.wasm");
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            byte[] bytes = File.ReadAllBytes(file);
            BinaryOracle.Check(bytes);
            BinaryOracle.CheckStaysValid(bytes);
        });
    }

    private static List<byte[]> Seeds(int seed)
    {
        List<byte[]> seeds = [.. Files.Select(file => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, file)))];
        for (int i = 0; i < 12; i++)
        {
            seeds.Add(WatComponents.Binary(new ComponentShape(seed + i).Write()));
        }

        seeds.Add(WatComponents.Binary(WatComponents.Echo));
        seeds.Add(WatComponents.Binary($"(component {MissingInterfaceTests.Fields})"));
        seeds.Add(WatComponents.Binary(Wat.Library()));
        foreach (byte[] component in seeds.ToArray().Where(bytes => ComponentSection.IsComponent(bytes)))
        {
            // The core modules in them, as files of their own.
            seeds.AddRange(ComponentSection.Divide(component, 0, component.Length)
                .Where(section => section.Id == ComponentSection.CoreModule && section.Length > 8)
                .Take(2)
                .Select(section => component.AsSpan(section.Start, section.Length).ToArray()));
        }

        return seeds;
    }

    private static string Keep(byte[] bytes, int seed, int number)
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"fuzz-{seed}-{number}.wasm");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static double? Setting(string variable)
    {
        string? text = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrEmpty(text) ? null : double.Parse(text, CultureInfo.InvariantCulture);
    }
}
