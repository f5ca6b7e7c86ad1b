using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>
/// Small files that ask for much: each is refused before it costs memory or time, with the limit in the message.
/// </summary>
public sealed class HostileBinaryTests
{
    private static readonly byte[] CoreHeader = [0x00, 0x61, 0x73, 0x6D, 1, 0, 0, 0];

    [Fact]
    public void Compile_FunctionOfThreeMegabytes_IsRefused()
    {
        const int Bytes = 3 << 20;
        WasmWriter code = new();
        code.U32(1);
        code.U32(Bytes);
        byte[] body = new byte[Bytes];
        Array.Fill(body, (byte)0x01);
        (body[0], body[^1]) = (0, 0x0B);
        code.Bytes(body);
        byte[] module = Module((1, [1, 0x60, 0, 0]), (3, [1, 0]), (10, code.Written.ToArray()));
        AssertRefused(module, $"a function has {Bytes} bytes of code: it may have 524288");
        AssertRefused(
            Component((ComponentSection.CoreModule, module)),
            "section 1 (core module)",
            $"a function has {Bytes} bytes");
    }

    [Fact]
    public void Compile_LargeFunctionOfManyLocals_IsRefused()
    {
        const int Bytes = 100_000;
        WasmWriter start = new();
        start.U32(1);
        start.U32(20_000);
        start.Byte(0x7F);
        byte[] body = [.. start.Written, .. new byte[Bytes - start.Written.Length]];
        body.AsSpan(start.Written.Length).Fill(0x01);
        body[^1] = 0x0B;
        WasmWriter code = new();
        code.U32(1);
        code.U32(Bytes);
        code.Bytes(body);
        AssertRefused(
            Module((1, [1, 0x60, 0, 0]), (3, [1, 0]), (10, code.Written.ToArray())),
            "a function has 100000 bytes of code and 20000 locals: it may have 10737");
    }

    [Fact]
    public void Compile_LargerThanTheHostAllows_IsRefused()
    {
        using WasmHost host = new(new WasmHostOptions { MaxModuleBytes = 8 });
        host.Compile(CoreHeader, "empty").Dispose();
        byte[] larger = [.. CoreHeader, 0, 1, 0];
        GuestLoadException e = Assert.Throws<GuestLoadException>(() => host.Compile(larger, "larger"));
        Assert.Equal("'larger' has 11 bytes: a module may have 8", e.Message);
        string path = Path.Combine(AppContext.BaseDirectory, "larger.wasm");
        File.WriteAllBytes(path, larger);
        e = Assert.Throws<GuestLoadException>(() => host.Load(path));
        Assert.Contains("has 11 bytes: a module may have 8", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "types", 100_000)]
    [InlineData(2, "imports", 100_000)]
    [InlineData(3, "functions", 1_000_000)]
    [InlineData(4, "tables", 100)]
    [InlineData(5, "memories", 100)]
    [InlineData(6, "globals", 100_000)]
    [InlineData(7, "exports", 100_000)]
    [InlineData(9, "element segments", 100_000)]
    [InlineData(10, "functions", 1_000_000)]
    [InlineData(11, "data segments", 100_000)]
    public void Compile_TooManyOfASort_IsRefused(byte section, string what, uint most)
    {
        AssertRefused(Module((section, Counted(most + 1))), $"a module has {most + 1} {what}: it may have {most}");
        AssertRefused(Module((section, Counted(uint.MaxValue))), $"a module has {uint.MaxValue} {what}");
    }

    [Fact]
    public void Compile_HugeTable_IsRefused()
    {
        string message = TestHost.Refusal("(module (table 4294967295 funcref))");
        Assert.Contains("a table starts with 4294967295 elements: it may have 1048576", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_FunctionOfManyParameters_IsRefused()
    {
        WasmWriter types = new();
        types.Bytes([1, 0x60]);
        types.U32(1_001);
        types.Bytes(Enumerable.Repeat((byte)0x7F, 1_001).ToArray());
        types.Byte(0);
        AssertRefused(Module((1, types.Written.ToArray())), "1001 parameters or results: it may have 1000");
    }

    [Fact]
    public void Compile_HugeName_IsRefused()
    {
        WasmWriter imports = new();
        imports.U32(1);
        imports.Name(new string('a', 100_001));
        AssertRefused(Module((2, imports.Written.ToArray())), "a name has 100001 bytes: it may have 100000");
    }

    [Fact]
    public void Compile_ManyImportsOfOneLargeType_IsRefused()
    {
        // 60 KB stand for 5000 x 2000 imported functions.
        WasmWriter type = new();
        type.Bytes([1, ComponentForms.InstanceType]);
        type.U32(5_001);
        type.Bytes([1, 0x40, 0, 1, 0]);
        for (int i = 0; i < 5_000; i++)
        {
            type.Bytes([4, 0]);
            type.Name($"f{i}");
            type.Bytes([1, 0]);
        }

        WasmWriter imports = new();
        imports.U32(2_000);
        for (int i = 0; i < 2_000; i++)
        {
            imports.Byte(0);
            imports.Name($"a:b/c{i}");
            imports.Bytes([5, 0]);
        }

        AssertRefused(
            Component((ComponentSection.Types, type.Written.ToArray()), (ComponentSection.Imports, imports.Written.ToArray())),
            "section 10 (imports)",
            "more than 100000 definitions");
    }

    [Fact]
    public void Compile_ManyDefinitions_IsRefused()
    {
        byte[] types = [.. Counted(100_001), .. Enumerable.Repeat((byte)0x7F, 100_001)];
        AssertRefused(Component((ComponentSection.Types, types)), "more than 100000 definitions");
    }

    [Fact]
    public void Compile_TypeOfManyDeclarations_IsRefused()
    {
        byte[] types = [1, ComponentForms.InstanceType, .. Counted(uint.MaxValue)];
        AssertRefused(Component((ComponentSection.Types, types)), "a type has 4294967295 declarations: it may have 10000");
    }

    [Fact]
    public void Compile_DeepTypesAndComponents_AreRefused()
    {
        byte[] type = [0x40, 0, 1, 0];
        byte[] component = Component();
        for (int i = 0; i < 70; i++)
        {
            type = [ComponentForms.InstanceType, 1, 1, .. type];
            component = Component((ComponentSection.Component, component));
        }

        AssertRefused(Component((ComponentSection.Types, [1, .. type])), "types are nested more than 64 levels deep");
        AssertRefused(component, "components are nested more than 16 levels deep");
    }

    [Fact]
    public void Compile_ManyRenamedResources_IsReadAtOnce()
    {
        // Each name of a resource is looked up; 4000 x 4000 comparisons for each import would take their time.
        string names = string.Concat(Enumerable.Range(0, 4_000).Select(i => $"(export \"r{i}\" (type (eq $r)))\n"));
        string wat = $"""
            (component
              (import "a:b/c" (instance
                (export "r" (type $r (sub resource)))
                {names})))
            """;
        using GuestModule module = WatComponents.Compile(wat);
        Assert.Empty(module.Description.Component!.MissingFunctions);
    }

    [Fact]
    public void Compile_EmptySections_DoNotAddUp()
    {
        byte[] module = [.. CoreHeader, .. Enumerable.Repeat(new byte[] { 0, 1, 0 }, 300_000).SelectMany(bytes => bytes)];
        TestHost.Host.Compile(module, "custom sections").Dispose();
        byte[] component =
        [
            .. ComponentSection.Header.ToArray(),
            .. Enumerable.Repeat(new byte[] { 0, 1, 0 }, 100_001).SelectMany(bytes => bytes),
        ];
        AssertRefused(component, "more than 100000 sections");
    }

    private static void AssertRefused(byte[] bytes, params string[] parts)
    {
        string message = TestHost.Refusal(bytes);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Contains("offset", message, StringComparison.Ordinal);
    }

    private static byte[] Counted(uint count)
    {
        WasmWriter writer = new();
        writer.U32(count);
        return writer.Written.ToArray();
    }

    private static byte[] Module(params (byte Id, byte[] Content)[] sections) => Write(CoreHeader, sections);

    private static byte[] Component(params (byte Id, byte[] Content)[] sections)
    {
        return Write(ComponentSection.Header.ToArray(), sections);
    }

    private static byte[] Write(byte[] header, (byte Id, byte[] Content)[] sections)
    {
        WasmWriter writer = new();
        writer.Bytes(header);
        foreach ((byte id, byte[] content) in sections)
        {
            writer.Section(id, content);
        }

        return writer.Written.ToArray();
    }
}
