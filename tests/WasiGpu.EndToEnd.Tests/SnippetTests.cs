using System.Text;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The program texts of the documentation are what their compilers take.</summary>
public sealed class SnippetTests
{
    // What the pages' surroundings speak of; a text that declares such a name itself hides it.
    private const string CNames = """
        #include <stdint.h>
        #include <stdio.h>
        #include "wasi_gpu.h"
        extern uint32_t buffer, indices, data, labels, thresholds, scores, predictions, input, output, a, b, c, samples,
            tree_nodes, tree_offsets;

        """;

    private const string CppNames = """
        #include <vector>
        #include "wasi_gpu.hpp"
        extern elementwise_params_t params;

        """;

    private const string CSharpNames = """
        using WasiGpu;
        using WasiGpu.Conformance;
        using WasiGpu.Cpu;
        using WasiGpu.Cuda;
        using WasiGpu.Wasmtime;
        using WasiGpu.WebGpu;

        internal static partial class Snippets
        {
            private static readonly string[] args = [];
            private static readonly IGpuDevice device = null!;
            private static readonly WasmHost host = null!;
            private static readonly GuestModule module = null!;
            private static readonly Guest guest = null!;
        }

        """;

    // Where the build of the projects that this one names puts them.
    private static readonly string[] Assemblies =
    [
        "Backend/debug/WasiGpu", "Backend/debug/WasiGpu.Conformance", "Backend/debug/WasiGpu.Cpu",
        "Backend/debug/WasiGpu.Wasmtime", "WasiGpu.Cuda/debug/WasiGpu.Cuda", "WasiGpu.WebGpu/debug/WasiGpu.WebGpu",
    ];

    public static TheoryData<string> CPages => Page.With("c");

    public static TheoryData<string> CppPages => Page.With("cpp");

    public static TheoryData<string> JavaScriptPages => Page.With("js");

    public static TheoryData<string> RustPages => Page.With("rust");

    [Theory]
    [MemberData(nameof(CPages))]
    public void CTexts_OfAPage_Compile(string page)
    {
        using TemporaryFolder folder = new();
        int number = 0;
        foreach (string block in Page.Blocks(page, "c"))
        {
            bool isWhole = block.Contains("int main(", StringComparison.Ordinal);
            // A text that uses what another one holds names an array of floats.
            string values = block.Contains("values[", StringComparison.Ordinal) ? "" : "extern float values[4];\n";
            string file = Path.Combine(folder.Path, $"{++number}.c");
            File.WriteAllText(file, isWhole ? block : $"{CNames}{values}void snippet(void) {{\n{block}}}\n");
            Compile("clang-19 -std=c11", file);
        }
    }

    [Theory]
    [MemberData(nameof(CppPages))]
    public void CppTexts_OfAPage_Compile(string page)
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "page.cpp");
        File.WriteAllText(file, CppNames + string.Concat(
            Page.Blocks(page, "cpp").Select((block, i) => $"void snippet{i}() {{\n{block}}}\n")));
        Compile("clang++-19 -std=c++17 -fno-exceptions", file);
    }

    [Theory]
    [MemberData(nameof(RustPages))]
    public void RustTexts_OfAPage_Compile(string page)
    {
        using TemporaryFolder folder = new();
        const string Rustc = "/usr/bin/rustc --edition 2021 --target wasm32-wasi --crate-type rlib";
        ToolRun.Shell($"{Rustc} --crate-name wasi_gpu '{Repository.PathOf("sdk/rust/src/lib.rs")}'", folder.Path);
        File.WriteAllText(
            Path.Combine(folder.Path, "page.rs"),
            $"#![allow(unused_imports)]\n{string.Concat(Page.Blocks(page, "rust"))}");
        ToolRun.Shell($"{Rustc} -D warnings --extern wasi_gpu=libwasi_gpu.rlib page.rs", folder.Path);
    }

    [Theory]
    [MemberData(nameof(JavaScriptPages))]
    public void JavaScriptTexts_OfAPage_HaveTheSyntax(string page)
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "page.mjs");
        File.WriteAllText(file, string.Concat(Page.Blocks(page, "js").Select(block => $"{{\n{block}}}\n")));
        ToolRun.Run("node", ["--check", file]);
    }

    /// <summary>A text is a part of a sample, which is built and run, or compiles as the body of a method.</summary>
    [Fact]
    public void CSharpTexts_OfAllPages_Compile()
    {
        string samples = string.Concat(Page.Tracked("samples/*.cs").Select(Repository.Read));
        StringBuilder source = new(CSharpNames);
        int number = 0;
        foreach (string page in Page.All)
        {
            foreach (string block in Page.Blocks(page, "csharp"))
            {
                if (samples.Contains(block, StringComparison.Ordinal))
                {
                    continue;
                }

                source.Append($"// {page}\ninternal static partial class Snippets\n{{\n");
                source.Append($"    internal static void Snippet{++number}()\n    {{\n{block}    }}\n}}\n\n");
            }
        }

        Assert.True(number > 0);
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "Snippets.cs"), source.ToString());
        File.WriteAllText(Path.Combine(folder.Path, "Snippets.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NoWarn>CS0414</NoWarn>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(Assemblies.Select(Reference))}
              </ItemGroup>
            </Project>
            """);
        ToolRun.Run("dotnet", ["build", folder.Path, "--nologo", "--verbosity", "quiet"]);
    }

    private static string Reference(string assembly) =>
        $"<Reference Include='{Repository.PathOf($"artifacts/bin/{assembly}.dll")}' />";

    private static void Compile(string compiler, string file)
    {
        ToolRun.Shell(
            $"{compiler} --target=wasm32-wasi -fsyntax-only -Wall -Wextra -Wno-unused-variable -Werror"
            + $" -I'{Repository.PathOf("sdk/c")}' '{file}'");
    }
}
