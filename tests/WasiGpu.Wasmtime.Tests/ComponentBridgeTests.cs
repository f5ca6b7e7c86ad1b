using System.Text;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>What the bridge is put into, what it leaves alone, and what is refused.</summary>
public sealed class ComponentBridgeTests
{
    private const string Memory = """
        (core module $libc
          (memory (export "memory") 1)
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
        (core instance $libc (instantiate $libc))
        (alias core export $libc "memory" (core memory $memory))
        (alias core export $libc "realloc" (core func $realloc))
        """;

    /// <summary>Calls 'buffer-destroy' of whatever wasi:gpu it is given, and returns the two words of the answer.</summary>
    private const string Consumer = $"""
        (component $consumer
          (import "{GpuInterfaces.Compute}" (instance $gpu
            (export "buffer-destroy" (func (param "buffer" u32) (result string)))))
          {Memory}
          (core func $destroy (canon lower (func $gpu "buffer-destroy") (memory $memory) (realloc $realloc)))
          (core module $m
            (import "gpu" "destroy" (func $destroy (param i32 i32)))
            (func (export "go") (result i32) (call $destroy (i32.const 1) (i32.const 16)) (i32.const 16)))
          (core instance $m (instantiate $m (with "gpu" (instance (export "destroy" (func $destroy))))))
          (func (export "go") (result string) (canon lift (core func $m "go") (memory $memory))))
        """;

    private const string Provider = $"""
        (component $provider
          (core module $m
            (memory (export "memory") 1)
            (data (i32.const 64) "virtual")
            (func (export "destroy") (param i32) (result i32)
              (i32.store (i32.const 16) (i32.const 64))
              (i32.store (i32.const 20) (i32.const 7))
              (i32.const 16)))
          (core instance $m (instantiate $m))
          (alias core export $m "memory" (core memory $memory))
          (func $destroy (param "buffer" u32) (result string)
            (canon lift (core func $m "destroy") (memory $memory)))
          (instance $gpu (export "buffer-destroy" (func $destroy)))
          (export "{GpuInterfaces.Compute}" (instance $gpu)))
        (instance $provider (instantiate $provider))
        """;

    [Fact]
    public void Compile_GpuOfAnotherComponent_IsLeftToIt()
    {
        using GuestModule module = WatComponents.Compile($"""
            (component
              {Provider}
              {Consumer}
              (instance $c (instantiate $consumer
                (with "{GpuInterfaces.Compute}" (instance $provider "{GpuInterfaces.Compute}"))))
              (export "go" (func $c "go")))
            """);
        ComponentDescription component = module.Description.Component!;
        Assert.Equal((0, 1), (component.RewrittenComponents, component.VirtualGpus));
        using Guest guest = module.Instantiate(new GuestOptions());
        Assert.Equal("virtual", guest.Invoke("go", []).Values[0].AsText());
    }

    [Fact]
    public void Compile_GpuOfTheHostAndOfAnotherComponent_IsRefused()
    {
        string message = TestHost.Refusal($"""
            (component
              (import "{GpuInterfaces.Compute}" (instance $host
                (export "buffer-destroy" (func (param "buffer" u32) (result string)))))
              {Provider}
              {Consumer}
              (instance (instantiate $consumer (with "{GpuInterfaces.Compute}" (instance $host))))
              (instance (instantiate $consumer
                (with "{GpuInterfaces.Compute}" (instance $provider "{GpuInterfaces.Compute}")))))
            """);
        Assert.Contains("section 5 (instances) at offset ", message, StringComparison.Ordinal);
        Assert.Contains("partly from the host", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(core type (func))", "section 3 (core types)")]
    [InlineData("(import \"wasi:gpu/compute@0.2.0\" (instance))", "'wasi:gpu/compute@0.2.0', which is unknown")]
    [InlineData("(import \"wasi:gpu/compute@0.1.0\" (func))", "which is unknown")]
    [InlineData(
        "(import \"wasi:gpu/compute@0.1.0\" (instance $g (export \"raw-attach\" (func (param \"p0\" u32) (result u32)))))"
        + "(alias export $g \"raw-attach\" (func))",
        "has no function 'raw-attach'")]
    public void Compile_WhatIsNotUnderstood_IsRefusedWithItsPlace(string fields, string expected)
    {
        string message = TestHost.Refusal($"(component {fields})");
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("offset", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invoke_FunctionThatTheHostLacks_TrapsByName()
    {
        using GuestModule module = WatComponents.Compile("""
            (component
              (import "acme:tools/log@1.0.0" (instance $log
                (export "entry" (type (sub resource)))
                (export "write" (func))))
              (core func $write (canon lower (func $log "write")))
              (core module $m
                (import "log" "write" (func $write))
                (func (export "go") (call $write)))
              (core instance $m (instantiate $m (with "log" (instance (export "write" (func $write))))))
              (func (export "go") (canon lift (core func $m "go"))))
            """);
        Assert.Equal(["acme:tools/log@1.0.0 write"], module.Description.Component!.MissingFunctions);
        using Guest guest = module.Instantiate(new GuestOptions());
        GuestResult result = guest.Invoke("go", []);
        Assert.Equal(GuestTrapKind.Trap, result.Trap?.Kind);
        Assert.Contains("'acme:tools/log@1.0.0' 'write' was called", result.Trap!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bridge_Always_HasARawFunctionForEachOfTheInterface()
    {
        string text = Encoding.UTF8.GetString(Resource("bridge.wat"));
        foreach (GpuFunction function in GpuInterfaces.Functions.Where(f => f.MayAllocate))
        {
            string parameters = string.Join(' ', function.Signature.Parameters).ToLowerInvariant();
            string raw = function.Name == "buffer-read" ? "i32 i32 i64 i32 i32 i32" : $"i32 {parameters}";
            Assert.Contains($"\"raw-{function.Name}\" (func $raw-{function.Name} (param {raw}) (result i32))", text,
                StringComparison.Ordinal);
            Assert.Contains($"(func (export \"{function.Name}\")", text, StringComparison.Ordinal);
        }
    }

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(WasmHost).Assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
