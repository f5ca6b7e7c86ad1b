using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>Who may use whom, and where native code is called.</summary>
public sealed partial class DependencyTests
{
    private const string Core = "WasiGpu";
    private const string Program = "WasiGpu.Cli";

    [Fact]
    public void Core_Always_ReferencesNothing()
    {
        string project = Assert.Single(SourceProjects(), path => NameOf(path) == Core);
        Assert.Empty(References(project, "ProjectReference"));
        Assert.Empty(References(project, "PackageReference"));
    }

    [Fact]
    public void BackendsAndHost_Always_ReferenceTheCoreAlone()
    {
        string[] layers = [.. SourceProjects().Where(path => NameOf(path) is not (Core or Program))];
        Assert.NotEmpty(layers);
        Assert.All(
            layers,
            project => Assert.Equal([Core], References(project, "ProjectReference").Select(NameOf)));
    }

    [Fact]
    public void Program_Always_ComposesEveryProjectUnderSource()
    {
        string program = Assert.Single(SourceProjects(), path => NameOf(path) == Program);
        IEnumerable<string> others = SourceProjects().Select(NameOf).Where(name => name != Program);
        Assert.Empty(others.Except(References(program, "ProjectReference").Select(NameOf)));
    }

    [Fact]
    public void TestFramework_Always_IsReferencedByTestProjectsAlone()
    {
        IEnumerable<string> users = Projects()
            .Where(path => References(path, "PackageReference").Contains("xunit.v3"));
        Assert.All(users, path => Assert.EndsWith(".Tests", NameOf(path), StringComparison.Ordinal));
    }

    [Fact]
    public void Projects_Always_ArePartOfTheSolution()
    {
        IEnumerable<string> listed = XDocument.Parse(Repository.Read("WasiGpu.slnx")).Descendants("Project")
            .Select(project => project.Attribute("Path")!.Value);
        Assert.Equal(Projects().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NativeImports_Always_LieInNativeFoldersAndNamespaces()
    {
        string[] importing = [.. CSharpFiles().Where(path => NativeImport().IsMatch(Repository.Read(path)))];
        Assert.All(importing, path =>
        {
            Assert.Contains("/Native/", path, StringComparison.Ordinal);
            Assert.Matches(NativeNamespace(), Repository.Read(path));
        });
    }

    [Fact]
    public void SourceFiles_Always_HoldOneTypeNamedLikeTheFile()
    {
        Assert.All(CSharpFiles(), path =>
        {
            // Type.Concern.cs holds a part of a type, Type{T}.cs one with type parameters.
            string name = Path.GetFileNameWithoutExtension(path).Split('.', '{')[0];
            string[] types = [.. TopLevelType().Matches(Repository.Read(path))
                .Select(match => match.Groups["name"].Value)];

            // A program's entry point may be statements alone, and a file may hold the attributes of its assembly.
            bool mayHoldNone = name == "Program" || Repository.Read(path).Contains("[assembly: ");
            Assert.Equal(types.Length == 0 && mayHoldNone ? [] : [name], types);
        });
    }

    private static IEnumerable<string> Projects() => FilesEndingWith(".csproj");

    private static IEnumerable<string> SourceProjects()
    {
        return Projects().Where(path => path.StartsWith("src/", StringComparison.Ordinal));
    }

    private static IEnumerable<string> CSharpFiles() => FilesEndingWith(".cs");

    private static IEnumerable<string> FilesEndingWith(string ending)
    {
        return Repository.Files.Where(path => path.EndsWith(ending, StringComparison.Ordinal));
    }

    private static string NameOf(string projectPath) => Path.GetFileNameWithoutExtension(projectPath);

    private static string[] References(string project, string kind)
    {
        return [.. XDocument.Parse(Repository.Read(project)).Descendants(kind)
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))];
    }

    [GeneratedRegex(@"\[\s*(LibraryImport|DllImport)\b")]
    private static partial Regex NativeImport();

    [GeneratedRegex(@"^namespace [\w.]+\.Native(\.\w+)*;$", RegexOptions.Multiline)]
    private static partial Regex NativeNamespace();

    // Namespaces are file-scoped, so a top-level type begins in the first column.
    [GeneratedRegex(
        @"^(?:(?:public|internal|file|static|abstract|sealed|partial|readonly|ref|unsafe) )*"
        + @"(?:class|struct|interface|enum|record struct|record class|record|delegate [\w<>?.\[\]*]+) "
        + @"(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TopLevelType();
}
