using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>What is told of a component that is only looked at: the types of all that it imports and exports.</summary>
public sealed class ComponentInspectTests
{
    private const string Compute = GpuInterfaces.Compute;

    [Theory]
    [InlineData("text", "func(x: string) -> string")]
    [InlineData("numbers", "func(x: list<u16>) -> list<u16>")]
    [InlineData("tried", "func(x: result<u32, u32>) -> result<u32, u32>")]
    [InlineData("maybe", "func(x: option<u32>) -> option<u32>")]
    [InlineData("place", "func(x: point) -> point")]
    [InlineData("point", "record { x: u32, y: s64 }")]
    [InlineData("allow", "func(x: rights) -> rights")]
    [InlineData("rights", "flags { read, write }")]
    [InlineData("paint", "func(x: colour) -> colour")]
    [InlineData("endless", "func()")]
    public void Inspect_Exports_HaveTheirTypes(string export, string type)
    {
        Assert.Equal(type, Inspect(WatComponents.Echo).Exports.Single(e => e.Name == export).TypeText);
    }

    [Fact]
    public void Inspect_ResourcesAndMissingInterfaces_HaveTheirNames()
    {
        ModuleDescription module = Inspect($"(component {MissingInterfaceTests.Fields})");
        const string Types = "acme:web/types@0.2.6";
        Assert.Equal("func() -> fields", TypeOf(module, Types, "[constructor]fields"));
        Assert.Equal("func(headers: fields) -> result<input-stream, code>", TypeOf(module, Types, "open"));
        Assert.Equal("variant { bad, worse(u32) }", TypeOf(module, Types, "code"));
        Assert.Equal(
            "func(fields: fields, body: borrow<input-stream>) -> result<u32, code>",
            TypeOf(module, "acme:web/handler@0.2.6", "handle"));
    }

    [Theory]
    [InlineData("c-component.wasm")]
    [InlineData("composed-plug.wasm")]
    [InlineData("js-checks.wasm")]
    [InlineData("rust-witbindgen-0.63-unknown-library.component.wasm")]
    public void Inspect_RealGuest_HasTheTypesOfThePackage(string file)
    {
        string path = ComponentFiles.PathOf(file);
        ModuleDescription module = WasmHost.Inspect(path);
        Assert.Empty(module.Refusals);
        Assert.Equal(
            "func(buffer: u32, offset: u64, size: u32) -> result<list<u8>, gpu-error>",
            TypeOf(module, Compute, "buffer-read"));
        Assert.Equal(
            "variant { out-of-memory, invalid-buffer, kernel-error(string), device-unavailable, invalid-params(string) }",
            TypeOf(module, Compute, "gpu-error"));
        Assert.All(module.Imports.Where(i => i.Kind == ExternKind.Function), i => Assert.NotNull(i.TypeText));
        string export = module.IsCommand
            ? module.Exports.Single(e => e.Name.EndsWith("#run", StringComparison.Ordinal)).TypeText!
            : module.Exports.Single(e => e.Name == "run-checks").TypeText!;
        Assert.Equal(module.IsCommand ? "func() -> result" : "func() -> string", export);
    }

    private static string? TypeOf(ModuleDescription module, string from, string name)
    {
        return module.Imports.Single(i => i.Module == from && i.Name == name).TypeText;
    }

    private static ModuleDescription Inspect(string wat)
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():n}.wat");
        File.WriteAllText(path, wat);
        try
        {
            return WasmHost.Inspect(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
