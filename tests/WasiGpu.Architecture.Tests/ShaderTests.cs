using System.Security.Cryptography;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>Software drivers cannot show that shaders suit a GPU's compiler: whether they ran on one.</summary>
public sealed class ShaderTests
{
    private const string Folder = "src/WasiGpu.WebGpu/Shaders/";
    private const string Recorded = "bench/results/h100/shaders.sha256";

    [Fact]
    public void Shaders_Always_AreThoseLastRunOnAGpu()
    {
        SortedDictionary<string, string> recorded = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Repository.PathOf(Recorded)))
        {
            string[] parts = line.Split("  ", 2);
            recorded.Add(parts[1], parts[0]);
        }

        SortedDictionary<string, string> present = new(StringComparer.Ordinal);
        foreach (string path in Repository.Files.Where(path => path.StartsWith(Folder, StringComparison.Ordinal)))
        {
            byte[] text = File.ReadAllBytes(Repository.PathOf(path));
            present.Add(path[Folder.Length..], Convert.ToHexStringLower(SHA256.HashData(text)));
        }

        string[] different = [.. present.Keys.Union(recorded.Keys)
            .Where(name => present.GetValueOrDefault(name) != recorded.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal)];
        Assert.NotEmpty(present);
        Assert.True(
            different.Length == 0,
            $"not as last run on a GPU: {string.Join(", ", different)}. Run 'wasi-gpu conformance --backend webgpu' "
            + $"on an H100 and, when all cases pass, 'eng/hash-shaders.sh > {Recorded}'.");
    }
}
