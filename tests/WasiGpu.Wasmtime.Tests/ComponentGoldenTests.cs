using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>What the rewriter makes of small components, as text that can be read and reviewed.</summary>
public sealed class ComponentGoldenTests
{
    private const string AcceptVariable = "ACCEPT_GOLDEN";

    /// <summary>A component that destroys a buffer: all that the bridge is needed for.</summary>
    private const string Destroyer = $"""
        (import "{GpuInterfaces.Compute}" (instance $gpu
          (type $error' (variant (case "out-of-memory") (case "invalid-buffer") (case "kernel-error" string)
            (case "device-unavailable") (case "invalid-params" string)))
          (export "gpu-error" (type $error (eq $error')))
          (export "buffer-destroy" (func (param "buffer" u32) (result (result (error $error)))))
          (export "sync" (func))))
        (core module $libc
          (memory (export "memory") 1)
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
        (core instance $libc (instantiate $libc))
        (alias core export $libc "memory" (core memory $memory))
        (alias core export $libc "realloc" (core func $realloc))
        (core func $sync (canon lower (func $gpu "sync")))
        (core func $destroy (canon lower (func $gpu "buffer-destroy") (memory $memory) (realloc $realloc)))
        (core module $m
          (import "gpu" "sync" (func $sync))
          (import "gpu" "destroy" (func $destroy (param i32 i32)))
          (func (export "go") (call $sync) (call $destroy (i32.const 1) (i32.const 16))))
        (core instance $m (instantiate $m (with "gpu" (instance
          (export "sync" (func $sync))
          (export "destroy" (func $destroy))))))
        (func (export "go") (canon lift (core func $m "go")))
        """;

    /// <summary>The components, by the names of their files.</summary>
    public static TheoryData<string, string> Components => new()
    {
        { "one-call", $"(component {Destroyer})" },
        {
            "nested",
            $"""
            (component
              (import "{GpuInterfaces.Compute}" (instance $gpu))
              (component $inner {Destroyer})
              (component $other (component) (core module))
              (instance $inner (instantiate $inner (with "{GpuInterfaces.Compute}" (instance $gpu))))
              (export "go" (func $inner "go")))
            """
        },
        { "missing-interface", $"(component {MissingInterfaceTests.Fields})" },
    };

    [Theory]
    [MemberData(nameof(Components))]
    public void Rewrite_SmallComponent_IsTheReviewedOne(string name, string wat)
    {
        byte[] rewritten = ComponentRewriter.Rewrite(WatComponents.Binary(wat), new ComponentSummary())!;
        string actual = ComponentText.Of(rewritten);
        string path = Path.Combine(FindFolder(), name + ".txt");
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(path, actual);
        }

        string reviewed = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(
            reviewed == actual,
            $"{name} is rewritten otherwise than reviewed. If that is meant, run the test once with"
            + $" {AcceptVariable}=1 and commit Golden/{name}.txt.\n{actual}");
    }

    private static string FindFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "WasiGpu.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "WasiGpu.Wasmtime.Tests", "Golden");
    }
}
