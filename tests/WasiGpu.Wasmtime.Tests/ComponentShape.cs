using System.Text;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>
/// A random component, as text, whose <c>go</c> returns what is known in advance: every component in it that uses
/// <c>wasi:gpu</c> sends what it is given, plus a number of its own, through a buffer, and adds what its nested
/// components return.
/// </summary>
internal sealed class ComponentShape(int seed)
{
    private const int MaxDepth = 3;
    private const int MaxChildren = 2;

    private readonly Random _random = new(seed);
    private int _names;
    private uint _constant;
    private uint _factor;

    /// <summary>How many of its components call <c>wasi:gpu</c>.</summary>
    internal int Users { get; private set; }

    /// <summary>How many components are nested in it, at any depth.</summary>
    internal int Nested { get; private set; }

    /// <summary>What <c>go</c> returns.</summary>
    internal uint Expect(uint value) => (_factor * value) + _constant;

    /// <summary>The text.</summary>
    internal string Write() => $"(component {WriteFields(depth: 0)})";

    private static string WriteCore(uint salt, bool isUser, int children)
    {
        StringBuilder imports = new();
        StringBuilder sum = new();
        for (int i = 0; i < children; i++)
        {
            imports.AppendLine($"(import \"child\" \"{i}\" (func $c{i} (param i32) (result i32)))");
            sum.AppendLine($"(local.set $sum (i32.add (local.get $sum) (call $c{i} (local.get $v))))");
        }

        string gpu = """
            (import "gpu" "memory" (memory 1))
            (import "gpu" "buffer-create" (func $create (param i64 i32 i32)))
            (import "gpu" "buffer-write" (func $write (param i32 i64 i32 i32 i32)))
            (import "gpu" "buffer-read" (func $read (param i32 i64 i32 i32)))
            (import "gpu" "buffer-destroy" (func $destroy (param i32 i32)))
            (func $check (if (i32.load8_u (i32.const 16)) (then (unreachable))))
            """;
        string calls = $"""
            (call $create (i64.const 4) (i32.const 32) (i32.const 16)) (call $check)
            (local.set $id (i32.load (i32.const 20)))
            (i32.store (i32.const 32) (i32.add (local.get $v) (i32.const {salt})))
            (call $write (local.get $id) (i64.const 0) (i32.const 32) (i32.const 4) (i32.const 16)) (call $check)
            (call $read (local.get $id) (i64.const 0) (i32.const 4) (i32.const 16)) (call $check)
            (local.set $sum (i32.add (local.get $sum) (i32.load (i32.load (i32.const 20)))))
            (call $destroy (local.get $id) (i32.const 16)) (call $check)
            """;
        string constant = $"(local.set $sum (i32.add (local.get $sum) (i32.const {salt})))";
        return $"""
            (core module $m
              {imports}
              {(isUser ? gpu : "")}
              (func (export "go") (param $v i32) (result i32) (local $sum i32) (local $id i32)
                {sum}
                {(isUser ? calls : constant)}
                (local.get $sum)))
            """;
    }

    private string WriteFields(int depth)
    {
        bool isUser = depth == 0 || _random.Next(3) > 0;
        int children = depth == MaxDepth ? 0 : _random.Next(MaxChildren + 1);
        uint salt = (uint)_random.Next(1, 1_000);
        Users += isUser ? 1 : 0;
        _factor += isUser ? 1u : 0;
        _constant += salt;
        string nested = string.Concat(Enumerable.Range(0, children).Select(i => WriteChild(i, depth)));
        string lowers = isUser ? WriteLowers() : "";
        bool isNestedFirst = _random.Next(2) == 0;
        string childExports = string.Concat(Enumerable.Range(0, children).Select(i => $"(export \"{i}\" (func $c{i}))"));
        string childArgument = children > 0 ? $"(with \"child\" (instance {childExports}))" : "";
        string gpuArgument = isUser
            ? "(with \"gpu\" (instance (export \"memory\" (memory $memory)) "
                + string.Concat(Functions.Select(f => $"(export \"{f}\" (func ${f}))")) + "))"
            : "";
        return $"""
            {WriteNoise()}
            {WriteImport()}
            {WriteNoise()}
            {(isNestedFirst ? nested : "")}
            {lowers}
            {WriteNoise()}
            {(isNestedFirst ? "" : nested)}
            {WriteCore(salt, isUser, children)}
            {WriteNoise()}
            (core instance $m (instantiate $m {childArgument} {gpuArgument}))
            {WriteNoise()}
            (func $go (param "v" u32) (result u32) (canon lift (core func $m "go")))
            (export "go" (func $go))
            """;
    }

    private static readonly string[] Functions = ["buffer-create", "buffer-write", "buffer-read", "buffer-destroy"];

    private string WriteChild(int number, int depth)
    {
        Nested++;
        return $"""
            (component $child{number} {WriteFields(depth + 1)})
            (instance $child{number} (instantiate $child{number}
              (with "{GpuInterfaces.Compute}" (instance $gpu))))
            (core func $c{number} (canon lower (func $child{number} "go")))

            """;
    }

    /// <summary>The interface, its functions in any order; the type of its errors is its own or the component's.</summary>
    private string WriteImport()
    {
        const string Error = """
            (variant (case "out-of-memory") (case "invalid-buffer") (case "kernel-error" string)
              (case "device-unavailable") (case "invalid-params" string))
            """;
        Dictionary<string, string> types = new()
        {
            ["buffer-create"] = "(param \"size\" u64) (param \"usage\" $usage) (result (result u32 (error $error)))",
            ["buffer-write"] = "(param \"buffer\" u32) (param \"offset\" u64) (param \"data\" (list u8))"
                + " (result (result (error $error)))",
            ["buffer-read"] = "(param \"buffer\" u32) (param \"offset\" u64) (param \"size\" u32)"
                + " (result (result (list u8) (error $error)))",
            ["buffer-destroy"] = "(param \"buffer\" u32) (result (result (error $error)))",
        };
        string[] order = [.. Functions];
        _random.Shuffle(order);
        string functions = string.Join('\n', order.Select(f => $"(export \"{f}\" (func {types[f]}))"));
        bool isShared = _random.Next(2) == 0;
        return $"""
            {(isShared ? $"(type $shared {Error})" : "")}
            (import "{GpuInterfaces.Compute}" (instance $gpu
              {(isShared ? "(alias outer 1 $shared (type $error'))" : $"(type $error' {Error})")}
              (export "gpu-error" (type $error (eq $error')))
              (type $usage' (flags "map-read" "map-write" "copy-src" "copy-dst" "uniform" "storage"))
              (export "buffer-usage" (type $usage (eq $usage')))
              {functions}))
            """;
    }

    private string WriteLowers()
    {
        StringBuilder text = new("""
            (core module $libc
              (memory (export "memory") 1)
              (global $heap (mut i32) (i32.const 1024))
              (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $heap)
                (global.set $heap (i32.add (global.get $heap) (i32.const 64)))))
            (core instance $libc (instantiate $libc))
            (alias core export $libc "memory" (core memory $memory))
            (alias core export $libc "realloc" (core func $realloc))

            """);
        string[] order = [.. Functions];
        _random.Shuffle(order);
        foreach (string function in order)
        {
            string options = _random.Next(3) switch
            {
                0 => "(memory $memory) (realloc $realloc)",
                1 => "(realloc $realloc) (memory $memory)",
                _ => "(memory $memory) string-encoding=utf8 (realloc $realloc)",
            };
            text.AppendLine($"(core func ${function} (canon lower (func $gpu \"{function}\") {options}))");
            text.AppendLine(_random.Next(2) == 0 ? WriteNoise() : "");
        }

        return text.ToString();
    }

    /// <summary>Definitions that nothing uses, of every sort, so that all indices move.</summary>
    private string WriteNoise()
    {
        StringBuilder text = new();
        for (int n = _random.Next(4); n > 0; n--)
        {
            string id = $"$n{_names++}";
            text.AppendLine(_random.Next(6) switch
            {
                0 => "(core module)",
                1 => WriteEmptyComponent(),
                2 => "(type (record (field \"a\" u32)))",
                3 => $"""
                    (core module {id} (memory (export "memory") 1) (func (export "f") (param i32)) (func (export "g")))
                    (core instance {id} (instantiate {id}))
                    (alias core export {id} "memory" (core memory))
                    (alias core export {id} "f" (core func {id}))
                    (alias core export {id} "g" (core func {id}-g))
                    (type {id} (resource (rep i32) (dtor (core func {id}))))
                    (core func (canon resource.new {id}))
                    (func (canon lift (core func {id}-g)))
                    """,
                4 => $"(type {id} (resource (rep i32))) (core func (canon resource.drop {id}))",
                _ => $"(core module {id}) (core instance (instantiate {id}))",
            });
        }

        return text.ToString();
    }

    private string WriteEmptyComponent()
    {
        Nested++;
        return "(component (core module))";
    }
}
