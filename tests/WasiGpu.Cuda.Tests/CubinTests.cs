using System.Text;

namespace WasiGpu.Cuda.Tests;

/// <summary>That the committed cubins are those of the sources, and that a difference is told.</summary>
public sealed class CubinTests : IDisposable
{
    private const string Version = "12.4.131";

    private readonly string _folder = Directory.CreateTempSubdirectory("cubins-").FullName;
    private readonly Dictionary<string, byte[]> _ptx = new()
    {
        ["first"] = Encoding.UTF8.GetBytes(".version 7.8 // first"),
        ["second"] = Encoding.UTF8.GetBytes(".version 7.8 // second"),
    };

    public CubinTests()
    {
        WriteCubin("first");
        WriteCubin("second");
        WriteManifest(Line("first"), Line("second"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Repository_Always_HasTheCubinsOfThisBuildOrNone()
    {
        Dictionary<string, byte[]> ptx = CubinFolder.ReadPtx(KernelImages.Embedded);
        IEnumerable<string> embedded = KernelImages.Embedded.Names
            .Where(name => name.EndsWith(".cubin", StringComparison.Ordinal));

        Assert.NotEmpty(ptx);
        if (!Directory.Exists(CubinFolder.OfRepository))
        {
            Assert.Empty(embedded);
            return;
        }

        List<string> problems = CubinFolder.FindProblems(CubinFolder.OfRepository, ptx);
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.Equal(
            ptx.Keys.Select(name => $"kernels/{name}.sm_90.cubin").Order(StringComparer.Ordinal),
            embedded.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FindProblems_AllFits_FindsNone() => Assert.Empty(CubinFolder.FindProblems(_folder, _ptx));

    [Fact]
    public void FindProblems_PtxHasChanged_SaysThatTheCubinIsStale()
    {
        _ptx["second"][0]++;

        AssertOneProblem("second.sm_90.cubin is stale");
    }

    [Fact]
    public void FindProblems_NewKernelFile_SaysThatItHasNoCubin()
    {
        _ptx.Add("third", [1]);

        AssertOneProblem("the kernel file third has no cubin");
    }

    [Fact]
    public void FindProblems_KernelFileIsGone_NamesIt()
    {
        _ptx.Remove("first");

        AssertOneProblem("first, which is no kernel file");
    }

    [Fact]
    public void FindProblems_CubinHasChanged_NamesIt()
    {
        File.WriteAllText(CubinPath("first"), "other");

        AssertOneProblem("first.sm_90.cubin is not the file");
    }

    [Fact]
    public void FindProblems_CubinIsMissing_NamesIt()
    {
        File.Delete(CubinPath("first"));

        AssertOneProblem("first.sm_90.cubin is missing");
    }

    [Fact]
    public void FindProblems_CubinIsNotListed_NamesIt()
    {
        File.WriteAllText(CubinPath("other"), "other");

        AssertOneProblem("other.sm_90.cubin is not in manifest.txt");
    }

    [Fact]
    public void FindProblems_NoManifest_SaysSo()
    {
        File.Delete(Path.Combine(_folder, CubinFolder.ManifestName));

        AssertOneProblem("has no manifest.txt");
    }

    [Fact]
    public void FindProblems_LinesAreNotSorted_SaysSo()
    {
        WriteManifest(Line("second"), Line("first"));

        AssertOneProblem("not sorted");
    }

    [Fact]
    public void FindProblems_LineLacksTheVersion_QuotesIt()
    {
        WriteManifest(Line("first"), Line("second"), "third 12");

        AssertOneProblem("'third 12' is no line");
    }

    private void AssertOneProblem(string text) =>
        Assert.Contains(text, Assert.Single(CubinFolder.FindProblems(_folder, _ptx)), StringComparison.Ordinal);

    private string Line(string name) =>
        $"{name} {CubinFolder.HashOf(_ptx[name])} {CubinFolder.HashOf(File.ReadAllBytes(CubinPath(name)))} {Version}";

    private string CubinPath(string name) => Path.Combine(_folder, $"{name}.sm_90.cubin");

    private void WriteCubin(string name) => File.WriteAllText(CubinPath(name), $"code of {name}");

    private void WriteManifest(params string[] lines) =>
        File.WriteAllLines(Path.Combine(_folder, CubinFolder.ManifestName), lines);
}
