;; Writes a buffer from a range that leaves its memory.
(module
  (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
  (import "wasi:gpu/compute@0.1.0" "buffer-write" (func $write (param i32 i64 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "_start")
    (call $create (i64.const 16) (i32.const 32) (i32.const 0))
    (call $write (i32.load (i32.const 4)) (i64.const 0) (i32.const 65528) (i32.const 16) (i32.const 0))))
