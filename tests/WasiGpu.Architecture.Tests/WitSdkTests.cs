using System.Text.RegularExpressions;
using WasiGpu.Architecture.Tests.Wit;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>
/// The SDKs declare what the package holds, with the names, types and order that generated bindings have, so that a
/// guest can go from one to the other.
/// </summary>
public sealed partial class WitSdkTests
{
    private const string RustFolder = "sdk/rust/src/wasi/gpu";
    private const string TypeScriptFile = "sdk/js/interfaces.d.ts";

    [Fact]
    public void Rust_Items_AreThoseOfThePackage()
    {
        foreach (WitInterface one in WitPackage.Current.Interfaces)
        {
            string source = Repository.Read($"{RustFolder}/{SdkNames.Snake(ShortName(one))}.rs");
            string code = Normalize(RustAttribute().Replace(source, ""));

            AssertAll(code, one.Types.SelectMany(RustItems).Concat(one.Functions.Select(RustFunction)));
            // Items of the file itself begin a line; methods are indented.
            Assert.Equal(
                one.Functions.Select(function => SdkNames.Snake(function.Name)),
                RustFunctionName().Matches(source).Select(match => match.Groups[1].Value));
        }
    }

    [Fact]
    public void Rust_ComponentType_IsThatOfThePackage()
    {
        Assert.NotEmpty(WitPackage.Current.Interfaces); // Installs the tool.
        string file = Path.GetTempFileName();
        try
        {
            Repository.Run(
                "tests/wit-tool", "node", "component-type.mjs", "../../wit", "wasi:gpu@0.1.0", "ml-compute", file);
            Assert.True(
                File.ReadAllBytes(file).AsSpan().SequenceEqual(
                    File.ReadAllBytes(Repository.PathOf("sdk/rust/src/component-type.bin"))),
                "sdk/rust/src/component-type.bin is not the package's: tests/wit-tool/component-type.mjs makes it");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void TypeScript_Items_AreThoseOfThePackage()
    {
        string source = Repository.Read(TypeScriptFile);
        foreach (WitInterface one in WitPackage.Current.Interfaces)
        {
            int start = source.IndexOf($"declare module \"{one.Name}\"", StringComparison.Ordinal);
            string module = source[start..source.IndexOf("\n}\n", start, StringComparison.Ordinal)];
            string code = Normalize(BlockComment().Replace(module, ""));

            AssertAll(code, one.Types.SelectMany(TypeScriptItems).Concat(one.Functions.Select(TypeScriptFunction)));
            Assert.Equal(
                one.Functions.Select(function => SdkNames.Camel(function.Name)),
                TypeScriptFunctionName().Matches(module).Select(match => match.Groups[1].Value));
        }
    }

    private static string RustFunction(WitFunction function)
    {
        IEnumerable<string> parameters = function.Parameters.Select(
            one => $"{SdkNames.Snake(one.Name)}: {SdkNames.Rust(one.Type!, isParameter: true)}");
        string result = function.Result is null ? "" : $" -> {SdkNames.Rust(function.Result)}";
        return $"pub fn {SdkNames.Snake(function.Name)}({string.Join(", ", parameters)}){result} {{";
    }

    private static IEnumerable<string> RustItems(WitType type)
    {
        string name = SdkNames.Pascal(type.Name);
        return type.Kind switch
        {
            "flags" => type.Fields.Select((flag, bit) =>
                $"pub const {SdkNames.Snake(flag.Name).ToUpperInvariant()}: Self = Self(1 << {bit});"),
            "record" => [$"pub struct {name} {{ {Join(type, field =>
                $"pub {SdkNames.Snake(field.Name)}: {SdkNames.Rust(field.Type!)}")} }}"],
            "enum" or "variant" => [$"pub enum {name} {{ {Join(type, field => SdkNames.Pascal(field.Name)
                + (field.Type is null ? "" : $"({SdkNames.Rust(field.Type)})"))} }}"],
            "type" => [$"pub type {name} = {type.Fields[0].Name};"],
            "use" => [$"pub type {name} = super::compute::{name};"],
            _ => throw new InvalidOperationException($"no rule for {type.Kind} {type.Name}"),
        };
    }

    private static string TypeScriptFunction(WitFunction function)
    {
        IEnumerable<string> parameters = function.Parameters.Select(
            one => $"{SdkNames.Camel(one.Name)}: {SdkNames.TypeScript(one.Type)}");
        return $"export function {SdkNames.Camel(function.Name)}({string.Join(", ", parameters)}): "
            + $"{SdkNames.TypeScript(function.Result)};";
    }

    private static IEnumerable<string> TypeScriptItems(WitType type)
    {
        string name = SdkNames.Pascal(type.Name);
        return type.Kind switch
        {
            "flags" => [$"export interface {name} {{ {JoinLines(type, field =>
                $"{SdkNames.Camel(field.Name)}?: boolean;")} }}"],
            "record" => [$"export interface {name} {{ {JoinLines(type, field =>
                $"{SdkNames.Camel(field.Name)}: {SdkNames.TypeScript(field.Type)};")} }}"],
            "enum" => [$"export type {name} = {string.Join(" | ", type.Fields.Select(field => $"\"{field.Name}\""))};"],
            "variant" => [
                $"export type {name} = | {string.Join(" | ", type.Fields.Select(field => name + SdkNames.Pascal(field.Name)))};",
                .. type.Fields.Select(field => $"export interface {name}{SdkNames.Pascal(field.Name)} {{ tag: \"{field.Name}\";"
                    + (field.Type is null ? " }" : $" val: {SdkNames.TypeScript(field.Type)}; }}"))],
            "type" => [$"export type {name} = {SdkNames.TypeScript(type.Fields[0].Name)};"],
            "use" => [$"export type {name} = import(\"wasi:gpu/compute@0.1.0\").{name};"],
            _ => throw new InvalidOperationException($"no rule for {type.Kind} {type.Name}"),
        };
    }

    private static string Join(WitType type, Func<WitField, string> text) => string.Join(", ", type.Fields.Select(text));

    private static string JoinLines(WitType type, Func<WitField, string> text) => string.Join(' ', type.Fields.Select(text));

    /// <summary>compute, of wasi:gpu/compute@0.1.0.</summary>
    private static string ShortName(WitInterface one) => one.Name.Split('/', '@')[1];

    /// <summary>Code on one line: without comments, and however it was broken into lines.</summary>
    private static string Normalize(string source)
    {
        string line = Blanks().Replace(LineComment().Replace(source, ""), " ");
        return line.Replace("( ", "(", StringComparison.Ordinal)
            .Replace(", )", ")", StringComparison.Ordinal)
            .Replace(", }", " }", StringComparison.Ordinal);
    }

    private static void AssertAll(string code, IEnumerable<string> expected)
    {
        string[] missing = [.. expected.Where(one => !code.Contains(one, StringComparison.Ordinal))];
        Assert.True(missing.Length == 0, string.Join('\n', missing));
    }

    [GeneratedRegex(@"//.*")]
    private static partial Regex LineComment();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex BlockComment();

    [GeneratedRegex(@"#\[[^\]]*\]")]
    private static partial Regex RustAttribute();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"^pub fn (\w+)", RegexOptions.Multiline)]
    private static partial Regex RustFunctionName();

    [GeneratedRegex(@"^ *export function (\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeScriptFunctionName();
}
