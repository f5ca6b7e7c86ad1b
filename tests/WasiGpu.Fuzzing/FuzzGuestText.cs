using System.Text;

namespace WasiGpu.Fuzzing;

/// <summary>The text of the fuzzed guest: every import re-exported, and an allocator that does as it is told.</summary>
internal static class FuzzGuestText
{
    // The allocator's modes in the order of AllocatorMode; 'target' is the buffer they use.
    private const string Core = """
        (global $heap (mut i32) (i32.const 4096))
        (global $mode (mut i32) (i32.const 0))
        (global $target (mut i32) (i32.const 0))
        (global $done (mut i32) (i32.const 0))
        (func $fresh (param $size i32) (result i32)
          (local $at i32)
          (local.set $at (global.get $heap))
          (if (i32.gt_u (local.get $size) (i32.sub (i32.const 65536) (local.get $at))) (then (return (i32.const 0))))
          (global.set $heap (i32.and
            (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 15)) (i32.const -8)))
          (local.get $at))
        (func $succeeded
          (if (i32.eqz (i32.load8_u (i32.const 2048))) (then
            (global.set $done (i32.add (global.get $done) (i32.const 1))))))
        (func $realloc (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
          (if (i32.eq (global.get $mode) (i32.const 1)) (then (return (i32.const 0))))
          (if (i32.eq (global.get $mode) (i32.const 2)) (then (return (i32.const -16))))
          (if (i32.eq (global.get $mode) (i32.const 3)) (then
            (return (i32.add (call $fresh (i32.add (local.get $size) (i32.const 1))) (i32.const 1)))))
          (if (i32.eq (global.get $mode) (i32.const 4)) (then
            (return (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))))
          (if (i32.eq (global.get $mode) (i32.const 5)) (then (unreachable)))
          (if (i32.eq (global.get $mode) (i32.const 6)) (then
            (call $buffer-destroy (global.get $target) (i32.const 2048)) (call $succeeded)))
          (if (i32.eq (global.get $mode) (i32.const 7)) (then
            (call $buffer-read (global.get $target) (i64.const 0) (i32.const 1) (i32.const 2048))))
          (if (i32.eq (global.get $mode) (i32.const 8)) (then
            (call $buffer-create (i64.const 8) (i32.const 0) (i32.const 2048)) (call $succeeded)))
          (if (i32.eq (global.get $mode) (i32.const 9)) (then
            (call $kernel-bootstrap-sample
              (i32.const 1) (i32.const 7) (i32.const 100) (global.get $target) (i32.const 2048))
            (call $succeeded)))
          (call $fresh (local.get $size)))
        (func (export "begin") (param $mode i32) (param $target i32)
          (global.set $heap (i32.const 4096))
          (global.set $done (i32.const 0))
          (global.set $mode (local.get $mode))
          (global.set $target (local.get $target)))
        (func (export "done") (result i32) (global.get $done))
        (func (export "pages") (result i32) (memory.size))
        (func (export "load32") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "hash") (param $at i32) (param $length i32) (result i64)
          (local $hash i64)
          (local.set $hash (i64.const -3750763034362895579))
          (block $end (loop $next
            (br_if $end (i32.eqz (local.get $length)))
            (local.set $hash (i64.mul
              (i64.xor (local.get $hash) (i64.load8_u (local.get $at))) (i64.const 1099511628211)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $length (i32.sub (local.get $length) (i32.const 1)))
            (br $next)))
          (local.get $hash))
        (func (export "bytes") (param i32 i32) (result i32)
          (i32.store (i32.const 512) (local.get 0))
          (i32.store (i32.const 516) (local.get 1))
          (i32.const 512))
        """;

    /// <summary>The core module by itself. Its <c>emit</c> writes bytes to standard output.</summary>
    internal static string Module()
    {
        return $"""
            (module
              {Imports()}
              (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
              {Body()}
              (func (export "emit") (param i32 i32)
                (i32.store (i32.const 512) (local.get 0))
                (i32.store (i32.const 516) (local.get 1))
                (drop (call $fd_write (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 520)))))
            """;
    }

    /// <summary>The same guest as a component that lowers each import for itself.</summary>
    internal static string Component()
    {
        StringBuilder text = new("(component\n");
        foreach (string name in new[] { GpuInterfaces.Compute, GpuInterfaces.MLKernels })
        {
            string instance = name == GpuInterfaces.Compute ? "$compute" : "$ml-kernels";
            text.AppendLine($"(import \"{name}\" (instance {instance}");
            foreach (GpuFunction f in GpuInterfaces.Functions.Where(f => f.Interface == name))
            {
                string result = HasResult(f) ? " (result string)" : "";
                text.AppendLine($"(export \"{f.Name}\" (func{TypedParameters(f)}{result}))");
            }

            text.AppendLine("))");
        }

        // The imports need the memory, and the module needs the imports: a module of its own holds the memory, and a
        // table through which the allocator of the other is reached.
        text.AppendLine("""
            (core module $libc
              (memory (export "memory") 3)
              (type $realloc (func (param i32 i32 i32 i32) (result i32)))
              (table (export "table") 1 funcref)
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (call_indirect (type $realloc)
                  (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0))))
            (core instance $libc (instantiate $libc))
            (alias core export $libc "memory" (core memory $memory))
            (alias core export $libc "cabi_realloc" (core func $realloc))
            """);
        foreach (GpuFunction f in GpuInterfaces.Functions)
        {
            string instance = f.Interface == GpuInterfaces.Compute ? "$compute" : "$ml-kernels";
            string options = HasResult(f) ? " (memory $memory) (realloc $realloc)" : "";
            text.AppendLine($"(core func ${f.Name} (canon lower (func {instance} \"{f.Name}\"){options}))");
        }

        text.AppendLine($"""
            (core module $m
              {Imports()}
              (import "libc" "memory" (memory 3))
              (import "libc" "table" (table 1 funcref))
              {Body(memory: "")}
              (elem (i32.const 0) func $realloc))
            (core instance $m (instantiate $m
              (with "libc" (instance $libc))
            """);
        foreach (string name in new[] { GpuInterfaces.Compute, GpuInterfaces.MLKernels })
        {
            text.AppendLine($"(with \"{name}\" (instance");
            foreach (GpuFunction f in GpuInterfaces.Functions.Where(f => f.Interface == name))
            {
                text.AppendLine($"(export \"{f.Name}\" (func ${f.Name}))");
            }

            text.AppendLine("))");
        }

        text.AppendLine("))");
        Lift(text, "begin", "(param \"mode\" s32) (param \"target\" s32)");
        Lift(text, "done", "(result s32)");
        Lift(text, "pages", "(result s32)");
        Lift(text, "load32", "(param \"at\" s32) (result s32)");
        Lift(text, "hash", "(param \"at\" s32) (param \"length\" s32) (result s64)");
        Lift(text, "bytes", "(param \"at\" s32) (param \"length\" s32) (result (list u8))", " (memory $memory)");
        foreach (GpuFunction f in GpuInterfaces.Functions)
        {
            Lift(text, f.Name, TypedParameters(f, withReturnArea: true));
        }

        return text.Append(')').ToString();
    }

    private static bool HasResult(GpuFunction function) => function.ParameterNames.Contains("ret");

    private static void Lift(StringBuilder text, string export, string type, string options = "")
    {
        text.AppendLine($"(func (export \"{export}\") {type} (canon lift (core func $m \"{export}\"){options}))");
    }

    private static string Body(string memory = "(memory (export \"memory\") 3)")
    {
        StringBuilder text = new(memory);
        text.Append($"(data (i32.const {Layout.Words}) \"");
        foreach (byte b in Words.Bytes)
        {
            text.Append('\\').Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        text.AppendLine("\")").AppendLine(Core);
        foreach (GpuFunction f in GpuInterfaces.Functions)
        {
            string arguments = string.Concat(f.ParameterNames.Select((_, i) => $" (local.get {i})"));
            text.AppendLine($"(func (export \"{f.Name}\"){CoreParameters(f)} (call ${f.Name}{arguments}))");
        }

        return text.ToString();
    }

    private static string Imports()
    {
        return string.Join('\n', GpuInterfaces.Functions.Select(
            f => $"(import \"{f.Interface}\" \"{f.Name}\" (func ${f.Name}{CoreParameters(f)}))"));
    }

    private static string CoreParameters(GpuFunction function)
    {
        return function.Signature.Parameters.Count == 0
            ? ""
            : $" (param {string.Join(' ', function.Signature.Parameters.Select(CoreName))})";
    }

    private static string TypedParameters(GpuFunction function, bool withReturnArea = false)
    {
        StringBuilder text = new();
        for (int i = 0; i < function.ParameterNames.Count; i++)
        {
            if (withReturnArea || function.ParameterNames[i] != "ret")
            {
                text.Append($" (param \"p{i}\" {TypedName(function.Signature.Parameters[i])})");
            }
        }

        return text.ToString();
    }

    private static string CoreName(WasmType type) => type switch
    {
        WasmType.I32 => "i32",
        WasmType.I64 => "i64",
        _ => "f32",
    };

    private static string TypedName(WasmType type) => type switch
    {
        WasmType.I32 => "s32",
        WasmType.I64 => "s64",
        _ => "f32",
    };
}
