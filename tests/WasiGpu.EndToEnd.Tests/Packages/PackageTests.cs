using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

namespace WasiGpu.EndToEnd.Tests.Packages;

/// <summary>The packages hold what they should, and work for a user who has nothing else of this repository.</summary>
public sealed class PackageTests(PackageFixture packages) : IClassFixture<PackageFixture>
{
    private const string Dawn = "runtimes/linux-x64/native/libwebgpu_wrapper.so";
    private static readonly string HelloGuest = Repository.PathOf("samples/hello-gpu/hello-gpu.wasm");
    private static readonly string[] Texts = ["LICENSE", "README.md", "THIRD-PARTY-NOTICES.md"];

    public static TheoryData<string, string[], string[]> Libraries => new()
    {
        { "WasiGpu", [], [] },
        { "WasiGpu.Cpu", ["WasiGpu"], [] },
        { "WasiGpu.Cuda", ["WasiGpu"], [] },
        { "WasiGpu.WebGpu", ["WasiGpu"], [Dawn] },
        { "WasiGpu.Wasmtime", ["WasiGpu", "Wasmtime"], [] },
        { "WasiGpu.Conformance", ["WasiGpu", "WasiGpu.Wasmtime", "Wasmtime"], [] },
    };

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_Package_HoldsTheseFilesAndNoOthers(string id, string[] dependencies, string[] natives)
    {
        using ZipArchive package = packages.Open(id);
        string[] expected =
            [$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", .. natives, .. Texts];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Files(package));

        XElement[] nuspec = [.. Nuspec(package, id).Descendants()];
        Assert.Equal(id, Value(nuspec, "id"));
        Assert.Equal(PackageFixture.Version, Value(nuspec, "version"));
        Assert.Equal("Apache-2.0", Value(nuspec, "license"));
        Assert.Equal("README.md", Value(nuspec, "readme"));
        Assert.Equal(
            dependencies,
            nuspec.Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value).Order());
        AssertSymbolsNameNoFolderOfThisMachine(package, $"lib/net10.0/{id}.dll");
    }

    [Fact]
    public void Tool_Package_HoldsProgramAndNativeLibraries()
    {
        using ZipArchive package = packages.Open("wasi-gpu");
        const string Root = "tools/net10.0/any/";
        string[] files = Files(package);
        string[] expected =
        [
            .. Texts, $"{Root}DotnetToolSettings.xml", $"{Root}wasi-gpu.dll", $"{Root}wasi-gpu.deps.json",
            $"{Root}wasi-gpu.runtimeconfig.json", $"{Root}{Dawn}", $"{Root}runtimes/linux-x64/native/libwasmtime.so",
        ];
        Assert.Empty(expected.Except(files));
        string[] endings = [.. files.Select(Path.GetExtension).Distinct().Order()!];
        Assert.Equal(["", ".dll", ".dylib", ".json", ".md", ".so", ".xml"], endings);
        Assert.Single(files, file => file.EndsWith(".xml", StringComparison.Ordinal));
        Assert.Contains(Nuspec(package, "wasi-gpu").Descendants(), e => e.Attribute("name")?.Value == "DotnetTool");
        AssertSymbolsNameNoFolderOfThisMachine(package, $"{Root}wasi-gpu.dll");
    }

    /// <summary>A package that holds the time of its making is another one each time.</summary>
    [Theory]
    [InlineData("WasiGpu")]
    [InlineData("WasiGpu.WebGpu")]
    [InlineData("wasi-gpu")]
    public void Package_Files_HaveOneTime(string id)
    {
        using ZipArchive package = packages.Open(id);
        Assert.Single(package.Entries.Select(entry => entry.LastWriteTime).Distinct());
    }

    [Fact]
    public void Tool_Installed_RunsTheDemoAndFindsDawn()
    {
        packages.Run(
            "dotnet", "tool", "install", "wasi-gpu", "--tool-path", "tool", "--configfile", "nuget.config",
            "--version", PackageFixture.Version);
        string tool = packages.PathOf("tool/wasi-gpu");

        Assert.Matches(
            $@"^wasi-gpu {PackageFixture.Version} \(wasmtime [0-9.]+, linux-x64, jit\)\n$",
            packages.Run(tool, "--version"));
        using JsonDocument devices = JsonDocument.Parse(packages.Run(tool, "devices", "--json"));
        JsonElement webGpu = devices.RootElement.EnumerateArray()
            .Single(backend => backend.GetProperty("backend").GetString() == "webgpu");
        Assert.True(webGpu.GetProperty("devices").GetArrayLength() == 1, $"{webGpu}");
        Assert.EndsWith(
            " (webgpu)\nrelu: 0 0 2.5 0\n",
            packages.Run(tool, "run", "--backend", "webgpu", HelloGuest),
            StringComparison.Ordinal);
        string demo = packages.Run(
            tool, "run", "--backend", "cpu", "--dir", $"{Repository.PathOf("samples/data")}::data::ro",
            Repository.PathOf("samples/random-forest/random-forest.wasm"), "data/diabetes_train.csv",
            "data/diabetes_test.csv", "--trees", "20", "--quiet");
        Assert.Matches("test MSE +[0-9.]+", demo);
    }

    /// <summary>
    /// The native libraries lie under runtimes/ without a runtime identifier, and beside the program with one.
    /// </summary>
    [Theory]
    [InlineData("any")]
    [InlineData("linux-x64")]
    public void Project_WithThePackages_RunsAGuestAndOpensDawn(string runtime)
    {
        string folder = packages.PathOf($"project-{runtime}");
        UserProject.Write(folder, runtime == "any" ? null : runtime);
        packages.Run("dotnet", "build", folder, "--output", $"{folder}/out", "--nologo", "--verbosity", "quiet");
        string output = packages.Run("dotnet", $"{folder}/out/project.dll", HelloGuest, "cpu", "webgpu");

        const string Printed = UserProject.Printed;
        Assert.Matches($@"^[^\n]+ \(cpu\)\n{Printed}[^\n]+ \(webgpu\)\n{Printed}$", output);
    }

    private static string[] Files(ZipArchive package)
    {
        // The rest is the frame of every package.
        return
        [
            .. package.Entries.Select(entry => entry.FullName)
                .Where(name => name is not ("_rels/.rels" or "[Content_Types].xml"))
                .Where(name => !name.EndsWith(".nuspec", StringComparison.Ordinal))
                .Where(name => !name.StartsWith("package/services/metadata/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static XDocument Nuspec(ZipArchive package, string id)
    {
        using Stream stream = package.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(stream);
    }

    private static string Value(XElement[] nuspec, string name) => nuspec.Single(e => e.Name.LocalName == name).Value;

    private static void AssertSymbolsNameNoFolderOfThisMachine(ZipArchive package, string assembly)
    {
        IReadOnlyList<string> files = AssemblySymbols.SourceFiles(package.GetEntry(assembly)!);
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.StartsWith("/_/", file, StringComparison.Ordinal));
    }
}
