;; Imports sync with a parameter that it does not have.
(module
  (import "wasi:gpu/compute@0.1.0" "sync" (func $sync (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $sync (i32.const 0))))
