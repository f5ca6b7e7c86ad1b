;; The bridge: a core module that is instantiated inside a component, next to the memory and the allocator that the
;; component gives to its wasi:gpu calls. It exports those calls in their flattened form, and passes each on to a raw
;; function of the host, whose parameters are all numbers: a handle of the memory, the flattened arguments, and the
;; address of the return area. The host reads and writes the memory itself.
;;
;; A raw function writes the result, and returns how many bytes of an error's text are to be placed (0 for none): the
;; bridge has the component allocate them, has the host write them there, and stores their place in the result.
(module
  (import "env" "raw-get-device-info" (func $raw-get-device-info (param i32 i32) (result i32)))
  (import "env" "raw-buffer-create" (func $raw-buffer-create (param i32 i64 i32 i32) (result i32)))
  (import "env" "raw-buffer-write" (func $raw-buffer-write (param i32 i32 i64 i32 i32 i32) (result i32)))
  (import "env" "raw-buffer-check-read" (func $raw-buffer-check-read (param i32 i32 i64 i32 i32) (result i32)))
  (import "env" "raw-buffer-read" (func $raw-buffer-read (param i32 i32 i64 i32 i32 i32) (result i32)))
  (import "env" "raw-buffer-copy" (func $raw-buffer-copy (param i32 i32 i64 i32 i64 i64 i32) (result i32)))
  (import "env" "raw-buffer-destroy" (func $raw-buffer-destroy (param i32 i32 i32) (result i32)))
  (import "env" "raw-kernel-bootstrap-sample" (func $raw-kernel-bootstrap-sample (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "raw-kernel-find-split" (func $raw-kernel-find-split (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "raw-kernel-average" (func $raw-kernel-average (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "raw-kernel-matmul" (func $raw-kernel-matmul (param i32 i32 i32 i32 i32 i32 f32 f32 i32 i32 i32 i32) (result i32)))
  (import "env" "raw-kernel-elementwise" (func $raw-kernel-elementwise (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "raw-kernel-reduce" (func $raw-kernel-reduce (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "raw-kernel-batch-predict" (func $raw-kernel-batch-predict (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "raw-text" (func $raw-text (param i32 i32 i32 i32)))
  (import "env" "raw-nonce" (func $raw-nonce (param i32) (result i64)))
  (import "env" "raw-attach" (func $raw-attach (param i32) (result i32)))
  (import "env" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (import "env" "memory" (memory 0))

  ;; The host's handle of this memory: a number that cannot be guessed, so that no other component can use it.
  (global $mem (mut i32) (i32.const 0))

  ;; Tells the host which memory this is: two random words of its own lie at address 0 while it looks for them.
  ;; No guest code runs in between.
  (func $start (local $first i64) (local $second i64)
    (if (i32.eqz (memory.size))
      (then (drop (call $raw-attach (i32.const 1)))))
    (local.set $first (i64.load (i32.const 0)))
    (local.set $second (i64.load (i32.const 8)))
    (i64.store (i32.const 0) (call $raw-nonce (i32.const 0)))
    (i64.store (i32.const 8) (call $raw-nonce (i32.const 1)))
    (global.set $mem (call $raw-attach (i32.const 0)))
    (i64.store (i32.const 0) (local.get $first))
    (i64.store (i32.const 8) (local.get $second)))
  (start $start)

  ;; Allocates a text and has the host write it: 0 is an error's, 1 to 3 are those of the device.
  (func $text (param $length i32) (param $which i32) (result i32) (local $pointer i32)
    (local.set $pointer (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (local.get $length)))
    (call $raw-text (global.get $mem) (local.get $pointer) (local.get $length) (local.get $which))
    (local.get $pointer))

  ;; Ends a call: completes an error with its text.
  (func $done (param $length i32) (param $ret i32)
    (if (local.get $length)
      (then
        (i32.store offset=8 (local.get $ret) (call $text (local.get $length) (i32.const 0)))
        (i32.store offset=12 (local.get $ret) (local.get $length)))))

  ;; An allocation of no bytes is made too, as everywhere: a made-up pointer would break allocators that free it.
  (func (export "get-device-info") (param $ret i32)
    (drop (call $raw-get-device-info (global.get $mem) (local.get $ret)))
    (i32.store offset=0 (local.get $ret) (call $text (i32.load offset=4 (local.get $ret)) (i32.const 1)))
    (i32.store offset=8 (local.get $ret) (call $text (i32.load offset=12 (local.get $ret)) (i32.const 2)))
    (i32.store offset=28 (local.get $ret) (call $text (i32.load offset=32 (local.get $ret)) (i32.const 3))))

  ;; Ids and range are checked before anything is allocated, and once more after guest code ran.
  (func (export "buffer-read") (param $id i32) (param $offset i64) (param $size i32) (param $ret i32)
    (call $done
      (call $raw-buffer-check-read
        (global.get $mem) (local.get $id) (local.get $offset) (local.get $size) (local.get $ret))
      (local.get $ret))
    (if (i32.eqz (i32.load8_u (local.get $ret)))
      (then
        (call $done
          (call $raw-buffer-read
            (global.get $mem) (local.get $id) (local.get $offset) (local.get $size)
            (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (local.get $size))
            (local.get $ret))
          (local.get $ret)))))

  (func (export "buffer-create") (param i64 i32 i32)
    (call $done
      (call $raw-buffer-create
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2))
      (local.get 2)))

  (func (export "buffer-write") (param i32 i64 i32 i32 i32)
    (call $done
      (call $raw-buffer-write
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))
      (local.get 4)))

  (func (export "buffer-copy") (param i32 i64 i32 i64 i64 i32)
    (call $done
      (call $raw-buffer-copy
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (local.get 5))
      (local.get 5)))

  (func (export "buffer-destroy") (param i32 i32)
    (call $done
      (call $raw-buffer-destroy
        (global.get $mem) (local.get 0) (local.get 1))
      (local.get 1)))

  (func (export "kernel-bootstrap-sample") (param i32 i32 i32 i32 i32)
    (call $done
      (call $raw-kernel-bootstrap-sample
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))
      (local.get 4)))

  (func (export "kernel-find-split") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (call $done
      (call $raw-kernel-find-split
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9))
      (local.get 9)))

  (func (export "kernel-average") (param i32 i32 i32 i32 i32)
    (call $done
      (call $raw-kernel-average
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))
      (local.get 4)))

  (func (export "kernel-matmul") (param i32 i32 i32 i32 i32 f32 f32 i32 i32 i32 i32)
    (call $done
      (call $raw-kernel-matmul
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10))
      (local.get 10)))

  (func (export "kernel-elementwise") (param i32 i32 i32 i32 i32 i32 i32)
    (call $done
      (call $raw-kernel-elementwise
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (local.get 5) (local.get 6))
      (local.get 6)))

  (func (export "kernel-reduce") (param i32 i32 i32 i32 i32)
    (call $done
      (call $raw-kernel-reduce
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))
      (local.get 4)))

  (func (export "kernel-batch-predict") (param i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (call $done
      (call $raw-kernel-batch-predict
        (global.get $mem) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (local.get 5) (local.get 6) (local.get 7) (local.get 8))
      (local.get 8)))
)
