;; Exits with 0 when its memory grows by 1 MiB, with 1 when that is refused.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (call $exit (i32.eq (memory.grow (i32.const 16)) (i32.const -1)))))
