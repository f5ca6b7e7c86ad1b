using System.Text;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Builds the text of guests: the usual imports, an allocator, and exports by which a test drives them.</summary>
internal static class Wat
{
    /// <summary>An allocator that never frees; 8 bytes apart, from <c>$heap</c>, which starts at 4096.</summary>
    internal const string BumpRealloc = """
        (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
          (global.set $reallocs (i32.add (global.get $reallocs) (i32.const 1)))
          (global.set $last-size (local.get 3))
          (global.get $heap)
          (global.set $heap (i32.and
            (i32.add (i32.add (global.get $heap) (local.get 3)) (i32.const 15)) (i32.const -8))))
        """;

    /// <summary>The 14 imports, each function named <c>$NAME</c>.</summary>
    internal static string GpuImports { get; } = string.Join('\n', GpuInterfaces.Functions.Select(
        f => $"(import \"{f.Interface}\" \"{f.Name}\" (func ${f.Name}{Parameters(f)}))"));

    /// <summary>What a test calls to look at the guest and to change it.</summary>
    private const string Tools = """
        (global $heap (export "heap") (mut i32) (i32.const 4096))
        (global $reallocs (mut i32) (i32.const 0))
        (global $last-size (mut i32) (i32.const -1))
        (func (export "reallocs") (result i32) (global.get $reallocs))
        (func (export "last-size") (result i32) (global.get $last-size))
        (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
        (func (export "load32") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "load64") (param i32) (result i64) (i64.load (local.get 0)))
        (func (export "store32") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
        (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
        (func (export "pages") (result i32) (memory.size))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
        """;

    /// <summary>A library: the 14 functions re-exported by functions of the guest's own, and the tools.</summary>
    /// <param name="realloc">The allocator's text; empty for a guest that exports none.</param>
    /// <param name="extra">Further fields.</param>
    /// <param name="imports">Further imports.</param>
    /// <param name="memory">The memory.</param>
    internal static string Library(
        string realloc = BumpRealloc,
        string extra = "",
        string imports = "",
        string memory = "(memory (export \"memory\") 2)")
    {
        StringBuilder text = new();
        text.AppendLine("(module").AppendLine(GpuImports).AppendLine(imports).AppendLine(memory);
        text.AppendLine(Tools).AppendLine(realloc);
        foreach (GpuFunction f in GpuInterfaces.Functions)
        {
            string arguments = string.Concat(f.ParameterNames.Select((_, i) => $" (local.get {i})"));
            text.AppendLine($"(func (export \"{f.Name}\"){Parameters(f)} (call ${f.Name}{arguments}))");
        }

        return text.AppendLine(extra).Append(')').ToString();
    }

    /// <summary>A command: <c>_start</c> with a body, and whatever else is given.</summary>
    internal static string Command(string start, string imports = "", string extra = "")
    {
        return $"""
            (module
              {imports}
              (memory (export "memory") 2)
              {extra}
              (func $start (export "_start") {start}))
            """;
    }

    /// <summary>An import of WASI preview1 under the name <c>$NAME</c>.</summary>
    internal static string Wasi(string name, string type)
    {
        return $"(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} {type}))";
    }

    private static string Parameters(GpuFunction function)
    {
        return function.Signature.Parameters.Count == 0
            ? ""
            : $" (param {string.Join(' ', function.Signature.Parameters.Select(p => p.ToString().ToLowerInvariant()))})";
    }
}
