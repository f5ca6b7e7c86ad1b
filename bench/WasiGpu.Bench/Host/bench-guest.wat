;; The guest of the host suite: a library whose exports make many calls each, so that the way into the guest does not
;; count. Memory: a return area at 1024, ids of buffers from 4096, data from 1 MiB on.
(module
  (import "wasi:gpu/compute@0.1.0" "sync" (func $sync))
  (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
  (import "wasi:gpu/compute@0.1.0" "buffer-destroy" (func $destroy (param i32 i32)))
  (import "wasi:gpu/compute@0.1.0" "buffer-write" (func $write (param i32 i64 i32 i32 i32)))
  (import "wasi:gpu/compute@0.1.0" "buffer-read" (func $read (param i32 i64 i32 i32)))
  (import "wasi:gpu/ml-kernels@0.1.0" "kernel-average" (func $average (param i32 i32 i32 i32 i32)))
  (memory (export "memory") 16)
  (global $target (mut i32) (i32.const 0))

  ;; buffer-read asks for a place: the next target, which is prepared, as an allocator that reuses memory would.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (global.get $target))

  (func $check (if (i32.load (i32.const 1024)) (then (unreachable))))
  (func $id (param $i i32) (result i32)
    (i32.load offset=4096 (i32.shl (local.get $i) (i32.const 2))))
  (func $data (param $i i32) (param $size i32) (result i32)
    (i32.add (i32.const 1048576) (i32.mul (local.get $i) (local.get $size))))

  (func (export "grow") (param $pages i32)
    (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then (unreachable)))
    (memory.fill (i32.const 1048576) (i32.const 1) (i32.mul (local.get $pages) (i32.const 65536))))

  (func (export "sync") (param $count i32)
    (loop $again
      (call $sync)
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; A kernel without work: everything but the kernel.
  (func (export "kernel") (param $count i32)
    (loop $again
      (call $average (i32.const 0) (i32.const 0) (call $id (i32.const 0)) (call $id (i32.const 0)) (i32.const 1024))
      (call $check)
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  (func (export "create") (param $count i32) (param $size i32)
    (local $i i32)
    (loop $again
      (call $create (i64.extend_i32_u (local.get $size)) (i32.const 32) (i32.const 1024))
      (call $check)
      (i32.store offset=4096 (i32.shl (local.get $i) (i32.const 2)) (i32.load offset=4 (i32.const 1024)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $count)))))

  (func (export "destroy") (param $count i32)
    (local $i i32)
    (loop $again
      (call $destroy (call $id (local.get $i)) (i32.const 1024))
      (call $check)
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $count)))))

  (func (export "write") (param $count i32) (param $size i32)
    (local $i i32)
    (loop $again
      (call $write (call $id (local.get $i)) (i64.const 0)
        (call $data (local.get $i) (local.get $size)) (local.get $size) (i32.const 1024))
      (call $check)
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $count)))))

  (func (export "read") (param $count i32) (param $size i32)
    (local $i i32)
    (loop $again
      (global.set $target (call $data (local.get $i) (local.get $size)))
      (call $read (call $id (local.get $i)) (i64.const 0) (local.get $size) (i32.const 1024))
      (call $check)
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $count))))))
