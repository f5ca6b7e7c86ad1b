using System.Text;

namespace WasiGpu.Isolation.Tests;

/// <summary>The guests of these tests, as text.</summary>
internal static class Guests
{
    /// <summary>
    /// Writes a line, draws numbers on the device and writes them, waits for a byte of input or its end, and does the
    /// same with other numbers. Exits with 7; with 10 + the error's case after an error.
    /// </summary>
    internal static byte[] Draw { get; } = Encoding.UTF8.GetBytes("""
        (module
          (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
          (import "wasi:gpu/compute@0.1.0" "buffer-read" (func $read (param i32 i64 i32 i32)))
          (import "wasi:gpu/ml-kernels@0.1.0" "kernel-bootstrap-sample" (func $draw (param i32 i32 i32 i32 i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $input (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 4)
          (data (i32.const 100) "ready\n")
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
          (func $say (param $at i32) (param $count i32)
            (i32.store (i32.const 32) (local.get $at))
            (i32.store (i32.const 36) (local.get $count))
            (drop (call $write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 40))))
          (func $check
            (if (i32.load8_u (i32.const 0))
              (then (call $exit (i32.add (i32.const 10) (i32.load8_u (i32.const 4)))))))
          (func $rounds (param $seed i32) (param $end i32)
            (loop $next
              (call $draw (i32.const 1024) (local.get $seed) (i32.const 1000000) (i32.const 1) (i32.const 0))
              (call $check)
              (call $read (i32.const 1) (i64.const 0) (i32.const 4096) (i32.const 0))
              (call $check)
              (call $say (i32.load (i32.const 4)) (i32.const 4096))
              (local.set $seed (i32.add (local.get $seed) (i32.const 1)))
              (br_if $next (i32.lt_u (local.get $seed) (local.get $end)))))
          (func (export "_start")
            (call $say (i32.const 100) (i32.const 6))
            (call $create (i64.const 4096) (i32.const 32) (i32.const 0))
            (call $check)
            (call $rounds (i32.const 1) (i32.const 30))
            (i32.store (i32.const 32) (i32.const 200))
            (i32.store (i32.const 36) (i32.const 1))
            (drop (call $input (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 40)))
            (call $rounds (i32.const 30) (i32.const 60))
            (call $exit (i32.const 7))))
        """);

    /// <summary>Copies its input to its output.</summary>
    internal static byte[] Echo { get; } = Command(
        """
        (loop $next
          (i32.store (i32.const 0) (i32.const 1024))
          (i32.store (i32.const 4) (i32.const 65536))
          (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
          (if (i32.load (i32.const 8))
            (then
              (i32.store (i32.const 4) (i32.load (i32.const 8)))
              (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
              (br $next))))
        """);

    /// <summary>Writes its arguments and its environment, as they lie in memory.</summary>
    internal static byte[] ShowGrants { get; } = Command(
        """
        (drop (call $args_sizes_get (i32.const 8) (i32.const 4)))
        (drop (call $args_get (i32.const 1024) (i32.const 2048)))
        (i32.store (i32.const 0) (i32.const 2048))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
        (drop (call $environ_sizes_get (i32.const 8) (i32.const 4)))
        (drop (call $environ_get (i32.const 1024) (i32.const 2048)))
        (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
        """);

    /// <summary>A command that may read, write, and ask for what it was given.</summary>
    internal static byte[] Command(string start) => Encoding.UTF8.GetBytes($"""
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 4)
          (data (i32.const 100) "made")
          (func (export "_start") {start}))
        """);
}
