;; Calls wasi:gpu without exporting its memory.
(module
  (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
  (memory 1)
  (func (export "_start") (call $create (i64.const 16) (i32.const 32) (i32.const 0))))
