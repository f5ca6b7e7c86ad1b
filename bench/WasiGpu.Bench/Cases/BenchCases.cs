using System.Reflection;
using System.Text.Json;

namespace WasiGpu.Bench.Cases;

/// <summary>The files of <c>bench/cases</c>, which are part of the assembly.</summary>
public static class BenchCases
{
    /// <summary>The backends that have a file.</summary>
    public static IReadOnlyList<string> Backends { get; } = ["cpu", "cuda", "webgpu"];

    /// <summary>Reads a backend's file.</summary>
    /// <param name="backend">One of <see cref="Backends"/>.</param>
    /// <exception cref="ArgumentException">There is no such file.</exception>
    public static BenchCaseList Read(string backend)
    {
        return JsonSerializer.Deserialize(ReadBytes($"cases/{backend}.json"), BenchJson.Default.BenchCaseList)
            ?? throw new ArgumentException($"the cases of '{backend}' are empty", nameof(backend));
    }

    /// <summary>Reads a file that is part of the assembly.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is no such file.</exception>
    internal static byte[] ReadBytes(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new ArgumentException($"'{name}' is not part of the benchmarks", nameof(name));
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
