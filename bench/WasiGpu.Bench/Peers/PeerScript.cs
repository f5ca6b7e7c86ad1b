using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Kernels;

namespace WasiGpu.Bench.Peers;

/// <summary>The scripts of <c>bench/peers</c>, which are part of the assembly, run by a Python that has the libraries.</summary>
public static class PeerScript
{
    private static readonly string[] Files = ["peers_common.py", "cpu_peers.py", "gpu_peers.py"];

    /// <summary>Measures other libraries in the cases of a run, and the bounds that cases need.</summary>
    /// <param name="python">The Python program, by name or path.</param>
    /// <param name="list">The cases; <see cref="BenchCaseList.Backend"/> chooses the script.</param>
    /// <param name="filter">Only cases with this text in <c>SUITE/CASE</c>; null: all.</param>
    /// <returns>What was measured.</returns>
    /// <exception cref="BenchFailureException">The script could not be run.</exception>
    public static PeerFile Run(string python, BenchCaseList list, string? filter)
    {
        ArgumentNullException.ThrowIfNull(list);
        string folder = Directory.CreateTempSubdirectory("wasi-gpu-peers-").FullName;
        try
        {
            foreach (string name in Files)
            {
                File.WriteAllBytes(Path.Combine(folder, name), BenchCases.ReadBytes($"peers/{name}"));
            }

            string cases = Path.Combine(folder, "cases.json");
            File.WriteAllText(cases, JsonSerializer.Serialize(list, BenchJson.Default.BenchCaseList));
            string output = Path.Combine(folder, "out.json");
            bool isProcessor = list.Backend == "cpu";
            List<string> arguments =
                [Path.Combine(folder, isProcessor ? Files[1] : Files[2]), "--cases", cases, "--out", output];
            if (filter is not null)
            {
                arguments.AddRange(["--filter", filter]);
            }

            if (isProcessor)
            {
                WriteForests(folder, list, filter);
                arguments.AddRange(["--forests", folder]);
            }

            Start(python, arguments);
            return PeerFile.Parse(File.ReadAllText(output));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new BenchFailureException($"the peers' script gave no result: {e.Message}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Start(string python, List<string> arguments)
    {
        try
        {
            // Its standard error is this program's; on standard output it writes nothing.
            using Process process = Process.Start(new ProcessStartInfo(python, arguments))!;
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new BenchFailureException($"'{python}' exited with {process.ExitCode} while it measured the peers");
            }
        }
        catch (Win32Exception e)
        {
            throw new BenchFailureException($"'{python}' cannot be started: {e.Message}");
        }
    }

    /// <summary>Gives the script the very forests and rows that are measured here.</summary>
    private static void WriteForests(string folder, BenchCaseList list, string? filter)
    {
        BenchOptions options = new() { Filter = filter };
        IEnumerable<BenchCase> cases = BenchSuites.Choose(BenchSuites.Kernels, list, options)
            .Where(benchCase => benchCase.Kind == "batch-predict");
        foreach (BenchCase benchCase in cases)
        {
            Forest forest = TreeGrower.Grow(ForestShape.Of(benchCase));
            string name = Path.Combine(folder, benchCase.Case);
            Write(name + ".nodes", forest.Nodes);
            Write(name + ".offsets", forest.Offsets);
            Write(name + ".samples", BenchData.UnitFloats(benchCase.Rows * benchCase.Features));
        }
    }

    private static void Write<T>(string file, T[] content)
        where T : unmanaged => File.WriteAllBytes(file, MemoryMarshal.AsBytes<T>(content));
}
