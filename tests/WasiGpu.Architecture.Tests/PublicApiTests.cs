using System.Reflection;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>
/// The public surface of each shipped library is a file that is reviewed: a change to it shows in a diff and
/// is never an accident.
/// </summary>
public sealed class PublicApiTests
{
    private const string AcceptVariable = "ACCEPT_PUBLIC_API";

    /// <summary>The libraries that are shipped: every project under <c>src</c> but the program.</summary>
    public static TheoryData<string> Libraries =>
    [
        .. Repository.Files
            .Where(path => path.StartsWith("src/", StringComparison.Ordinal))
            .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(name => name != "WasiGpu.Cli"),
    ];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_Always_HasTheApprovedSurface(string library)
    {
        string path = Repository.PathOf($"tests/WasiGpu.Architecture.Tests/PublicApi/{library}.txt");
        string actual = PublicApi.Describe(Assembly.Load(library));
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(path, actual);
        }

        string approved = File.Exists(path) ? File.ReadAllText(path) : "";
        if (approved != actual)
        {
            string[] before = [.. Qualified(approved)];
            string[] after = [.. Qualified(actual)];
            IEnumerable<string> changes =
            [
                .. before.Except(after).Select(line => $"- {line}"),
                .. after.Except(before).Select(line => $"+ {line}"),
            ];
            Assert.Fail(
                $"The public surface of {library} is not the approved one:\n{string.Join('\n', changes)}\n"
                + $"If that is meant, run the tests once with {AcceptVariable}=1 "
                + $"and commit PublicApi/{library}.txt.");
        }
    }

    /// <summary>The lines of a surface; a member's line begins with its type, by which it is one of a kind.</summary>
    private static IEnumerable<string> Qualified(string surface)
    {
        string type = "";
        foreach (string line in surface.Split('\n'))
        {
            bool isMember = line.StartsWith(' ');
            type = isMember ? type : line.Split(" : ")[0].Split(' ')[^1];
            yield return isMember ? $"{type}: {line.Trim()}" : line;
        }
    }
}
