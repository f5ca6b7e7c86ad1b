;; Writes the name of its first folder to standard output.
(module
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $prestat (i32.const 3) (i32.const 0)))
    (drop (call $name (i32.const 3) (i32.const 1024) (i32.load (i32.const 4))))
    (i32.store (i32.const 0) (i32.const 1024))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
