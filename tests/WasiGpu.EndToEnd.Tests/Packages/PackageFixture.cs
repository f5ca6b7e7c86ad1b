using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace WasiGpu.EndToEnd.Tests.Packages;

/// <summary>
/// The packages, made once by eng/pack.sh, and a folder of a user who has nothing but them and what they depend on.
/// </summary>
public sealed class PackageFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PackageFixture()
    {
        ToolRun.Build("eng/pack.sh", PathOf("made"));
        // Our packages come from here alone, others as this repository restored them: nothing is asked of a server.
        string restored = ToolRun.Run("dotnet", ["nuget", "locals", "global-packages", "--list"]);
        File.WriteAllText(PathOf("nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="installed" /></config>
              <packageSources>
                <clear />
                <add key="made" value="made" />
                <add key="restored" value="{restored[(restored.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()}" />
              </packageSources>
              <packageSourceMapping>
                <clear />
                <packageSource key="made">
                  <package pattern="WasiGpu" />
                  <package pattern="WasiGpu.*" />
                  <package pattern="wasi-gpu" />
                </packageSource>
                <packageSource key="restored"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """);
    }

    /// <summary>The version of every package, from the one place that states it.</summary>
    internal static string Version { get; } =
        XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("Version").Single().Value;

    public void Dispose() => _folder.Dispose();

    internal string PathOf(string name) => Path.Combine(_folder.Path, name);

    /// <summary>Opens a package.</summary>
    internal ZipArchive Open(string id) => ZipFile.OpenRead(PathOf($"made/{id}.{Version}.nupkg"));

    /// <summary>Runs a program in the user's folder; it sees software Vulkan, and must succeed.</summary>
    internal string Run(string program, params string[] arguments)
    {
        return ToolRun.Run(program, arguments, _folder.Path, start =>
        {
            ProgramRun.UseSoftwareVulkan(start);
            start.Environment["DOTNET_ROOT"] =
                Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        });
    }
}
