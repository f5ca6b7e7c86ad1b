;; Imports a function that no host has.
(module
  (import "env" "mystery" (func $mystery))
  (memory (export "memory") 1)
  (func (export "_start") (call $mystery)))
