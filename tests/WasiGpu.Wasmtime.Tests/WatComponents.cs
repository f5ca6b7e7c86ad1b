using System.Text;
using WasiGpu.Wasmtime.Tests.Native;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Components as text.</summary>
internal static class WatComponents
{
    /// <summary>Returns what it is given: one function for each of several types.</summary>
    internal const string Echo = """
        (component
          (core module $m
            (memory (export "memory") 1)
            (global $heap (mut i32) (i32.const 1024))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
              (local $at i32)
              (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
              (global.set $heap (i32.add (local.get $at) (local.get 3)))
              (local.get $at))
            (func (export "pair") (param i32 i32) (result i32)
              (i32.store (i32.const 16) (local.get 0))
              (i32.store (i32.const 20) (local.get 1))
              (i32.const 16))
            (func (export "one") (param i32) (result i32) (local.get 0))
            (func (export "long") (param i64) (result i64) (local.get 0))
            (func (export "loop") (loop $again (br $again)))
            (func (export "record") (param i32 i64) (result i32)
              (i32.store (i32.const 32) (local.get 0))
              (i64.store (i32.const 40) (local.get 1))
              (i32.const 32)))
          (core instance $i (instantiate $m))
          (alias core export $i "memory" (core memory $memory))
          (alias core export $i "realloc" (core func $realloc))
          (func (export "text") (param "x" string) (result string)
            (canon lift (core func $i "pair") (memory $memory) (realloc $realloc)))
          (func (export "numbers") (param "x" (list u16)) (result (list u16))
            (canon lift (core func $i "pair") (memory $memory) (realloc $realloc)))
          (func (export "flag") (param "x" bool) (result bool) (canon lift (core func $i "one")))
          (func (export "small") (param "x" s8) (result s8) (canon lift (core func $i "one")))
          (func (export "big") (param "x" u64) (result u64) (canon lift (core func $i "long")))
          (func (export "letter") (param "x" char) (result char) (canon lift (core func $i "one")))
          (type $colour' (enum "red" "green"))
          (export $colour "colour" (type $colour'))
          (func (export "paint") (param "x" $colour) (result $colour) (canon lift (core func $i "one")))
          (type $rights' (flags "read" "write"))
          (export $rights "rights" (type $rights'))
          (func (export "allow") (param "x" $rights) (result $rights) (canon lift (core func $i "one")))
          (type $point' (record (field "x" u32) (field "y" s64)))
          (export $point "point" (type $point'))
          (func (export "place") (param "x" $point) (result $point)
            (canon lift (core func $i "record") (memory $memory)))
          (func (export "maybe") (param "x" (option u32)) (result (option u32))
            (canon lift (core func $i "pair") (memory $memory)))
          (func (export "tried") (param "x" (result u32 (error u32))) (result (result u32 (error u32)))
            (canon lift (core func $i "pair") (memory $memory)))
          (func (export "endless") (canon lift (core func $i "loop"))))
        """;

    internal static byte[] Binary(string wat) => WatBinary.Of(wat);

    internal static GuestModule Compile(string wat) => TestHost.Host.Compile(Encoding.UTF8.GetBytes(wat), "component");
}
