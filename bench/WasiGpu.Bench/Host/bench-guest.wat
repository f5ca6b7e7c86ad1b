;; The guest of the host suite: a library whose exports make many calls each, so that the way into the guest does not
;; count. Memory: a return area at 1024, what WASI is given at 1100, ids of buffers from 4096, data from 1 MiB on.
(module
  (import "wasi:gpu/compute@0.1.0" "sync" (func $sync))
  (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
  (import "wasi:gpu/compute@0.1.0" "buffer-destroy" (func $destroy (param i32 i32)))
  (import "wasi:gpu/compute@0.1.0" "buffer-write" (func $write (param i32 i64 i32 i32 i32)))
  (import "wasi:gpu/compute@0.1.0" "buffer-read" (func $read (param i32 i64 i32 i32)))
  (import "wasi:gpu/ml-kernels@0.1.0" "kernel-average" (func $average (param i32 i32 i32 i32 i32)))
  (import "wasi:gpu/ml-kernels@0.1.0" "kernel-elementwise"
    (func $elementwise (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:gpu/ml-kernels@0.1.0" "kernel-batch-predict"
    (func $predict (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd-read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
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

  ;; A small kernel in place: each call depends on the one before.
  (func $relu
    (call $elementwise (i32.const 256) (i32.const 0) (call $id (i32.const 0)) (i32.const 0) (i32.const 0)
      (call $id (i32.const 0)) (i32.const 1024))
    (call $check))
  (func (export "launch") (param $count i32)
    (loop $again
      (call $relu)
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func (export "launch-read") (param $count i32)
    (global.set $target (call $data (i32.const 0) (i32.const 0)))
    (loop $again
      (call $relu)
      (call $read (call $id (i32.const 0)) (i64.const 0) (i32.const 4) (i32.const 1024))
      (call $check)
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Predicts some rows and reads them; buffers 0 to 3 are the samples, the nodes, the offsets and the output.
  (func (export "predict") (param $count i32) (param $rows i32) (param $features i32) (param $trees i32)
    (param $depth i32)
    (global.set $target (call $data (i32.const 0) (i32.const 0)))
    (loop $again
      (call $predict (local.get $rows) (local.get $features) (local.get $trees) (local.get $depth)
        (call $id (i32.const 0)) (call $id (i32.const 1)) (call $id (i32.const 2)) (call $id (i32.const 3))
        (i32.const 1024))
      (call $check)
      (call $read (call $id (i32.const 3)) (i64.const 0) (i32.shl (local.get $rows) (i32.const 2)) (i32.const 1024))
      (call $check)
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Makes buffer I of the file with the I-th letter as its name, in pieces of 4 MiB.
  (func (export "load") (param $i i32) (param $size i32)
    (local $file i32) (local $read i32) (local $offset i64)
    (i32.store8 (i32.const 1100) (i32.add (i32.const 97) (local.get $i)))
    (if (call $open (i32.const 3) (i32.const 0) (i32.const 1100) (i32.const 1) (i32.const 0) (i64.const 2)
        (i64.const 0) (i32.const 0) (i32.const 1104))
      (then (unreachable)))
    (local.set $file (i32.load (i32.const 1104)))
    (call $create (i64.extend_i32_u (local.get $size)) (i32.const 32) (i32.const 1024))
    (call $check)
    (i32.store offset=4096 (i32.shl (local.get $i) (i32.const 2)) (i32.load offset=4 (i32.const 1024)))
    (block $done
      (loop $again
        (i32.store (i32.const 1108) (i32.const 1048576))
        (i32.store (i32.const 1112) (i32.const 4194304))
        (if (call $fd-read (local.get $file) (i32.const 1108) (i32.const 1) (i32.const 1116)) (then (unreachable)))
        (local.set $read (i32.load (i32.const 1116)))
        (br_if $done (i32.eqz (local.get $read)))
        (call $write (call $id (local.get $i)) (local.get $offset) (i32.const 1048576) (local.get $read)
          (i32.const 1024))
        (call $check)
        (local.set $offset (i64.add (local.get $offset) (i64.extend_i32_u (local.get $read))))
        (br $again)))
    (if (call $close (local.get $file)) (then (unreachable))))

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
