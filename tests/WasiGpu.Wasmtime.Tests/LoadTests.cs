using WasiGpu.Wasmtime.Tests.Native;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>What is refused before it runs, and in which words; bytes that are no module never hurt the process.</summary>
public sealed class LoadTests
{
    private const string Small = """
        (module
          (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
          (memory (export "memory") 1 3)
          (table (export "table") 2 funcref)
          (global (export "g") (mut i64) (i64.const 5))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8))
          (func $f (export "_start") (call $create (i64.const 1) (i32.const 1) (i32.const 64)))
          (elem (i32.const 0) $f)
          (data (i32.const 16) "some data"))
        """;

    [Fact]
    public void Compile_Nothing_IsRefused()
    {
        Assert.Contains("is empty", TestHost.Refusal([]), StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_Garbage_NamesItsStart()
    {
        Assert.Contains("7f454c46", TestHost.Refusal([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("0061", TestHost.Refusal([0, 0x61]), StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_OtherVersion_IsNamed()
    {
        Assert.Contains("version 2, layer 0", TestHost.Refusal([0, 0x61, 0x73, 0x6D, 2, 0, 0, 0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_TruncatedAnywhere_IsRefusedOrAWholeModule()
    {
        byte[] whole = Binary(Small);
        TestHost.Host.Compile(whole, "guest").Dispose();
        int accepted = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                // A module that ends between two sections may be valid.
                TestHost.Host.Compile(whole.AsSpan(0, length), "guest").Dispose();
                accepted++;
            }
            catch (GuestLoadException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        Assert.InRange(accepted, 1, 8);
    }

    [Fact]
    public void Compile_MutatedModule_NeverCrashes()
    {
        byte[] whole = Binary(Small);
        Random random = new(12_345);
        int accepted = 0;
        for (int round = 0; round < 1_500; round++)
        {
            byte[] bytes = (byte[])whole.Clone();
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(8, bytes.Length)] = (byte)random.Next(256);
            }

            accepted += TryRun(bytes);
        }

        // Some changes are harmless: else the mutations would test the first check alone.
        Assert.InRange(accepted, 1, 1_499);
    }

    [Fact]
    public void Compile_RandomSections_NeverCrashes()
    {
        Random random = new(54_321);
        for (int round = 0; round < 1_500; round++)
        {
            byte[] bytes = new byte[8 + random.Next(60)];
            random.NextBytes(bytes);
            Binary("(module)").CopyTo(bytes, 0);
            if (bytes.Length > 10)
            {
                bytes[8] = (byte)random.Next(14);
                bytes[9] = (byte)(bytes.Length - 10);
            }

            TryRun(bytes);
        }
    }

    [Theory]
    [InlineData("(memory i64 1)", "64-bit")]
    [InlineData("(memory 1 2 shared)", "shared")]
    [InlineData("(memory 1) (memory 1)", "2 memories")]
    [InlineData("(import \"env\" \"memory\" (memory 1))", "'env' 'memory'")]
    [InlineData("(import \"env\" \"f\" (func))", "'env' 'f'")]
    [InlineData("(import \"wasi:gpu/compute@0.1.0\" \"buffer-map\" (func))", "'buffer-map'")]
    [InlineData("(import \"wasi:gpu/compute@0.2.0\" \"sync\" (func))", "wasi:gpu@0.1.0")]
    [InlineData("(import \"wasi:gpu/compute\" \"sync\" (func))", "wasi:gpu@0.1.0")]
    [InlineData("(import \"wasi:gpu/compute@0.1.0\" \"sync\" (func (param i32)))", "(i32), which should be ()")]
    [InlineData("(import \"wasi:gpu/compute@0.1.0\" \"sync\" (global i32))", "should be ()")]
    [InlineData("(import \"wasi_snapshot_preview1\" \"fd_fly\" (func))", "fd_fly")]
    [InlineData("(import \"wasi_snapshot_preview1\" \"fd_write\" (func))", "fd_write")]
    [InlineData("(import \"wasi_snapshot_preview1\" \"fd_write\" (memory 1))", "fd_write")]
    [InlineData("(func (export \"cabi_realloc\"))", "(i32, i32, i32, i32) -> i32")]
    [InlineData("(memory (export \"cabi_realloc\") 1)", "is a Memory")]
    [InlineData("(func (export \"_start\") (param i32))", "'_start' has type (i32)")]
    [InlineData("(func (export \"_initialize\") (result i64) (i64.const 1))", "'_initialize' has type () -> i64")]
    [InlineData("(global (export \"_start\") i32 (i32.const 1))", "'_start' is a Global")]
    [InlineData("(func (result i32))", "valid")]
    [InlineData("(func (export \"f\") (result i32) (i32.add))", "valid")]
    [InlineData("(func", "text")]
    [InlineData("(type (struct))", "type form")]
    public void Compile_WhatIsNotServed_IsRefusedByName(string fields, string expected)
    {
        string message = TestHost.Refusal($"(module {fields})");
        Assert.StartsWith("'guest' ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_WrongSignature_NamesBothTypes()
    {
        foreach (GpuFunction function in GpuInterfaces.Functions)
        {
            string message = TestHost.Refusal(
                $"(module (import \"{function.Interface}\" \"{function.Name}\" (func (param f64) (result i64))))");
            Assert.Contains($"'{function.Interface}' '{function.Name}'", message, StringComparison.Ordinal);
            Assert.Contains("(f64) -> i64", message, StringComparison.Ordinal);
            Assert.Contains($"should be {function.Signature}", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Compile_NamesWithControlCharacters_AreMadeHarmless()
    {
        string message = TestHost.Refusal("(module (import \"a\\n\\1b[2J\" \"\\u{202e}b\" (func)))");
        Assert.Contains(@"'a\u000a\u001b[2J' '\u202eb'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_SeveralFaults_TellsHowMany()
    {
        string message = TestHost.Refusal("(module (import \"a\" \"b\" (func)) (import \"c\" \"d\" (func)))");
        Assert.Contains("'a' 'b'", message, StringComparison.Ordinal);
        Assert.EndsWith("(and 1 more)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoSuchFile_SaysSo()
    {
        string missing = Path.Combine(AppContext.BaseDirectory, "no-such.wasm");
        GuestLoadException e = Assert.Throws<GuestLoadException>(() => TestHost.Host.Load(missing));
        Assert.Contains("does not exist", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<GuestLoadException>(() => TestHost.Host.Load(AppContext.BaseDirectory));
        Assert.Contains("is a folder", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<GuestLoadException>(() => TestHost.Host.Load(""));
        Assert.Contains("''", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Description_OfAModule_HoldsWhatItHas()
    {
        using GuestModule module = TestHost.Compile(Small, "small");
        ModuleDescription d = module.Description;
        Assert.Equal("small", d.Name);
        Assert.Equal(Binary(Small).Length, d.SizeBytes);
        Assert.True(d.IsCommand);
        Assert.False(d.HasStartFunction);
        ModuleImport import = Assert.Single(d.Imports);
        Assert.Equal(("wasi:gpu/compute@0.1.0", "buffer-create"), (import.Module, import.Name));
        Assert.Equal("(i64, i32, i32)", import.Signature?.ToString());
        Assert.Equal(
            [ExternKind.Memory, ExternKind.Table, ExternKind.Global, ExternKind.Function, ExternKind.Function],
            d.Exports.Select(e => e.Kind));
        Assert.Equal(["memory", "table", "g", "cabi_realloc", "_start"], d.Exports.Select(e => e.Name));
        Assert.Equal("(i32, i32, i32, i32) -> i32", d.Exports[3].Signature?.ToString());
        Assert.Equal([new ModuleMemory(1, 3, IsShared: false, Is64Bit: false)], d.Memories);
        Assert.Empty(d.Refusals);
        Assert.Empty(d.Warnings);
    }

    [Fact]
    public void Description_NoMemoryAndNoRealloc_Warns()
    {
        using GuestModule module = TestHost.Compile($"(module {Wat.GpuImports} (memory 1) (func $f) (start $f))");
        Assert.True(module.Description.HasStartFunction);
        Assert.False(module.Description.IsCommand);
        Assert.Contains(module.Description.Warnings, w => w.Contains("'memory'", StringComparison.Ordinal));
        Assert.Contains(module.Description.Warnings, w => w.Contains("'cabi_realloc'", StringComparison.Ordinal));
    }

    [Fact]
    public void Compile_TextAfterSpacesAndComments_IsText()
    {
        TestHost.Compile(" \r\n\t;; a comment\n(module)").Dispose();
        TestHost.Compile("(; another ;) (module)").Dispose();
    }

    private static byte[] Binary(string wat) => WatBinary.Of(wat);

    /// <summary>Compiles and, if that works, runs for a moment; 1 when it was accepted.</summary>
    private static int TryRun(byte[] bytes)
    {
        GuestOptions options = new()
        {
            Gpu = TestHost.Cpu,
            MaxMemoryBytes = 1 << 24,
            MaxGpuMemoryBytes = 1 << 20,
            TimeLimit = TimeSpan.FromMilliseconds(50),
        };
        try
        {
            using GuestModule module = TestHost.Host.Compile(bytes, "guest");
            if (module.Description.IsCommand)
            {
                module.Run(options);
            }
            else
            {
                module.Instantiate(options).Dispose();
            }

            return 1;
        }
        catch (Exception e) when (e is GuestLoadException or GuestTrapException)
        {
            Assert.DoesNotContain('\n', e.Message);
            return 0;
        }
    }
}
