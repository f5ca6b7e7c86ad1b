using WasiGpu.Architecture.Tests.Wit;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>
/// Version 0.1.0 of the package never changes: guests were built against it. Its items are written down a
/// second time in <c>Wit/wasi-gpu-0.1.0.txt</c>, and the package must say the same.
/// </summary>
public sealed class WitContractTests
{
    [Fact]
    public void Package_Version010_HoldsExactlyThePublishedItems()
    {
        List<string> lines = [];
        foreach (WitInterface one in WitPackage.Current.Interfaces)
        {
            lines.Add($"interface {one.Name}");
            lines.AddRange(one.Types.Select(type => $"  {type}").Order(StringComparer.Ordinal));
            foreach (WitFunction function in one.Functions)
            {
                lines.Add($"  {function}");
                lines.Add($"    core {one.CoreSignatures[function.Name]}");
            }
        }

        string published = Repository.Read("tests/WasiGpu.Architecture.Tests/Wit/wasi-gpu-0.1.0.txt");
        Assert.Equal(published, string.Join('\n', lines) + "\n");
    }
}
