using WasiGpu.Architecture.Tests.Wit;
using WasiGpu.Wasmtime;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>The host's table of imports is the package, flattened as the canonical ABI says.</summary>
public sealed class WitImportTests
{
    [Fact]
    public void Functions_Always_AreThoseOfThePackageInItsOrder()
    {
        IEnumerable<(string Interface, string Name)> expected = WitPackage.Current.Interfaces
            .SelectMany(one => one.Functions.Select(function => (one.Name, function.Name)));
        IEnumerable<(string Interface, string Name)> actual = GpuInterfaces.Functions
            .Select(function => (function.Interface, function.Name));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Signatures_Always_AreThoseThatTheToolFlattens()
    {
        foreach (WitInterface one in WitPackage.Current.Interfaces)
        {
            IEnumerable<(string Name, string Signature)> expected = one.Functions
                .Select(function => (function.Name, one.CoreSignatures[function.Name]));
            IEnumerable<(string Name, string Signature)> actual = GpuInterfaces.Functions
                .Where(function => function.Interface == one.Name)
                .Select(function => (function.Name, Text(function.Signature)));
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void ParameterNames_Always_AreThoseOfTheFieldsAndParameters()
    {
        foreach (WitFunction function in WitPackage.Current.Interfaces.SelectMany(one => one.Functions))
        {
            List<string> expected = [.. function.Parameters.SelectMany(Flatten)];
            if (function.Result is not null)
            {
                // No result of the package fits into one core value, so each is written through a pointer.
                expected.Add("ret");
            }

            GpuFunction imported = Assert.Single(GpuInterfaces.Functions, one => one.Name == function.Name);
            Assert.Equal(expected, imported.ParameterNames);
        }
    }

    private static IEnumerable<string> Flatten(WitField parameter)
    {
        string type = parameter.Type!;
        if (type.StartsWith("list<", StringComparison.Ordinal))
        {
            return [$"{parameter.Name}.ptr", $"{parameter.Name}.len"];
        }

        if (type.StartsWith("option<", StringComparison.Ordinal))
        {
            return [$"{parameter.Name}.some", parameter.Name];
        }

        return type.EndsWith("-params", StringComparison.Ordinal)
            ? WitPackage.Current.Type(type).Fields.Select(field => field.Name)
            : [parameter.Name];
    }

    private static string Text(FunctionSignature signature)
    {
        static string Names(IEnumerable<WasmType> types) => string.Join(' ', types).ToLowerInvariant();
        return $"({Names(signature.Parameters)}) -> ({Names(signature.Results)})";
    }
}
