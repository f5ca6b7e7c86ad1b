;; A library.
(module
  (memory (export "memory") 1)
  (global $isReady (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $isReady (i32.const 1)))
  (func (export "ready") (result i32) (global.get $isReady))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "swap") (param i64 f64) (result f64 i64) (local.get 1) (local.get 0))
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "vector") (result v128) (v128.const i64x2 0 0)))
