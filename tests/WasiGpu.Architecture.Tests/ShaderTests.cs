using System.Security.Cryptography;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>Software drivers cannot show that shaders suit a GPU's compiler: whether they ran on one.</summary>
public sealed class ShaderTests
{
    private const string Folder = "src/WasiGpu.WebGpu/Shaders/";
    private const string Results = "bench/results/";
    private const string Recorded = "/shaders.sha256";

    [Fact]
    public void Shaders_Always_AreThoseLastRunOnSomeGpu()
    {
        SortedDictionary<string, string> present = new(StringComparer.Ordinal);
        foreach (string path in Repository.Files.Where(path => path.StartsWith(Folder, StringComparison.Ordinal)))
        {
            byte[] text = File.ReadAllBytes(Repository.PathOf(path));
            present.Add(path[Folder.Length..], Convert.ToHexStringLower(SHA256.HashData(text)));
        }

        Assert.NotEmpty(present);
        string[] records = [.. Repository.Files.Where(IsRecord)];
        Assert.NotEmpty(records);
        string[][] differences = [.. records.Select(record => Differences(present, ReadRecord(record)))];
        Assert.True(
            differences.Any(names => names.Length == 0),
            $"not as last run on a GPU: {string.Join(", ", differences.MinBy(names => names.Length)!)}. Run "
            + "'wasi-gpu conformance --backend webgpu' on a real GPU and, when all cases pass, "
            + $"'eng/hash-shaders.sh > {Results}MACHINE{Recorded}'.");
    }

    private static bool IsRecord(string path)
    {
        return path.StartsWith(Results, StringComparison.Ordinal) && path.EndsWith(Recorded, StringComparison.Ordinal);
    }

    private static SortedDictionary<string, string> ReadRecord(string path)
    {
        SortedDictionary<string, string> recorded = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Repository.PathOf(path)))
        {
            string[] parts = line.Split("  ", 2);
            recorded.Add(parts[1], parts[0]);
        }

        return recorded;
    }

    private static string[] Differences(
        SortedDictionary<string, string> present,
        SortedDictionary<string, string> recorded)
    {
        return [.. present.Keys.Union(recorded.Keys)
            .Where(name => present.GetValueOrDefault(name) != recorded.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal)];
    }
}
