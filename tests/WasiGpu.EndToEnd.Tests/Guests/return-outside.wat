;; Asks for a result past the end of its memory.
(module
  (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "_start") (call $create (i64.const 16) (i32.const 32) (i32.const 65532))))
