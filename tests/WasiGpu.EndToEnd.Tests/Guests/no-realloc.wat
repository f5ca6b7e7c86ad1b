;; Asks for texts without exporting cabi_realloc.
(module
  (import "wasi:gpu/compute@0.1.0" "get-device-info" (func $info (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $info (i32.const 0))))
