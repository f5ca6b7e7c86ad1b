using System.Security.Cryptography;

namespace WasiGpu.Cuda.Tests;

/// <summary>A folder that <c>eng/build-cubins.sh</c> has written, compared with the PTX of a build.</summary>
internal static class CubinFolder
{
    internal const string ManifestName = "manifest.txt";

    private const string Advice = "run eng/build-cubins.sh on a machine with ptxas and commit what it writes";

    /// <summary>The one of this repository, whether or not it is there.</summary>
    internal static string OfRepository { get; } = Path.Combine(FindRoot(), "src/WasiGpu.Cuda/Kernels/sm_90");

    /// <summary>The PTX from which cubins are made, by kernel file.</summary>
    internal static Dictionary<string, byte[]> ReadPtx(KernelImages images)
    {
        const string Prefix = "kernels/";
        const string Ending = ".compute_90.ptx";
        return images.Names
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Where(name => name.EndsWith(Ending, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..^Ending.Length], name => images.Read(name)[..^1]);
    }

    /// <summary>What does not fit together, a sentence each; empty where all does.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="ptx">The PTX of each kernel file.</param>
    internal static List<string> FindProblems(string folder, IReadOnlyDictionary<string, byte[]> ptx)
    {
        string manifest = Path.Combine(folder, ManifestName);
        if (!File.Exists(manifest))
        {
            return [$"{folder} has no {ManifestName}: {Advice}"];
        }

        List<string> problems = [];
        string[] lines = File.ReadAllLines(manifest);
        if (!lines.SequenceEqual(lines.Order(StringComparer.Ordinal)))
        {
            problems.Add($"the lines of {ManifestName} are not sorted: {Advice}");
        }

        HashSet<string> listed = [];
        foreach (string line in lines)
        {
            if (line.Split(' ') is not [string name, string ptxHash, string cubinHash, string version] || version == "")
            {
                problems.Add($"'{line}' is no line of {ManifestName}: NAME PTX_SHA256 CUBIN_SHA256 PTXAS_VERSION");
                continue;
            }

            if (!listed.Add(name))
            {
                problems.Add($"{ManifestName} has {name} twice");
            }

            string cubin = Path.Combine(folder, $"{name}.sm_90.cubin");
            if (!ptx.TryGetValue(name, out byte[]? source))
            {
                problems.Add($"{ManifestName} has {name}, which is no kernel file: {Advice}");
            }
            else if (HashOf(source) != ptxHash)
            {
                problems.Add($"{name}.sm_90.cubin is stale: its PTX was {ptxHash}, this build's is {HashOf(source)}: {Advice}");
            }

            if (!File.Exists(cubin))
            {
                problems.Add($"{name}.sm_90.cubin is missing: {Advice}");
            }
            else if (HashOf(File.ReadAllBytes(cubin)) != cubinHash)
            {
                problems.Add($"{name}.sm_90.cubin is not the file that {ManifestName} has: {Advice}");
            }
        }

        problems.AddRange(ptx.Keys
            .Where(name => !listed.Contains(name))
            .Select(name => $"the kernel file {name} has no cubin: {Advice}"));
        problems.AddRange(Directory.EnumerateFiles(folder, "*.cubin")
            .Select(path => Path.GetFileName(path))
            .Where(file => !listed.Contains(file.Replace(".sm_90.cubin", "", StringComparison.Ordinal)))
            .Select(file => $"{file} is not in {ManifestName}: {Advice}"));
        return problems;
    }

    internal static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "WasiGpu.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("no folder above the tests holds WasiGpu.slnx");
    }
}
