;; The guest of the host suite as a component: the calls whose way through the bridge is measured. Memory: a return
;; area at 1024, ids of buffers from 4096, data from 1 MiB on.
(component
  (import "wasi:gpu/compute@0.1.0" (instance $gpu
    (type $error' (variant
      (case "out-of-memory")
      (case "invalid-buffer")
      (case "kernel-error" string)
      (case "device-unavailable")
      (case "invalid-params" string)))
    (export "gpu-error" (type $error (eq $error')))
    (type $usage' (flags "map-read" "map-write" "copy-src" "copy-dst" "uniform" "storage"))
    (export "buffer-usage" (type $usage (eq $usage')))
    (export "buffer-create" (func
      (param "size" u64) (param "usage" $usage) (result (result u32 (error $error)))))
    (export "buffer-write" (func
      (param "buffer" u32) (param "offset" u64) (param "data" (list u8)) (result (result (error $error)))))
    (export "buffer-read" (func
      (param "buffer" u32) (param "offset" u64) (param "size" u32) (result (result (list u8) (error $error)))))
    (export "buffer-destroy" (func (param "buffer" u32) (result (result (error $error)))))
    (export "sync" (func))))

  ;; buffer-read asks for a place: the next target, which is prepared, as an allocator that reuses memory would.
  (core module $memory
    (memory (export "memory") 16)
    (global $target (export "target") (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $target)))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $bytes))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $create (canon lower (func $gpu "buffer-create") (memory $bytes) (realloc $realloc)))
  (core func $write (canon lower (func $gpu "buffer-write") (memory $bytes) (realloc $realloc)))
  (core func $read (canon lower (func $gpu "buffer-read") (memory $bytes) (realloc $realloc)))
  (core func $destroy (canon lower (func $gpu "buffer-destroy") (memory $bytes) (realloc $realloc)))
  (core func $sync (canon lower (func $gpu "sync")))

  (core module $guest
    (import "env" "memory" (memory 16))
    (import "env" "target" (global $target (mut i32)))
    (import "gpu" "sync" (func $sync))
    (import "gpu" "create" (func $create (param i64 i32 i32)))
    (import "gpu" "destroy" (func $destroy (param i32 i32)))
    (import "gpu" "write" (func $write (param i32 i64 i32 i32 i32)))
    (import "gpu" "read" (func $read (param i32 i64 i32 i32)))

    (func $check (if (i32.load8_u (i32.const 1024)) (then (unreachable))))
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

    ;; A call with a return area and no work: no buffer has the id 0.
    (func (export "destroy") (param $count i32)
      (loop $again
        (call $destroy (i32.const 0) (i32.const 1024))
        (if (i32.eqz (i32.load8_u (i32.const 1024))) (then (unreachable)))
        (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

    (func (export "create") (param $count i32) (param $size i32)
      (local $i i32)
      (loop $again
        (call $create (i64.extend_i32_u (local.get $size)) (i32.const 32) (i32.const 1024))
        (call $check)
        (i32.store offset=4096 (i32.shl (local.get $i) (i32.const 2)) (i32.load offset=4 (i32.const 1024)))
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

  (core instance $guest (instantiate $guest
    (with "env" (instance $memory))
    (with "gpu" (instance
      (export "sync" (func $sync))
      (export "create" (func $create))
      (export "destroy" (func $destroy))
      (export "write" (func $write))
      (export "read" (func $read))))))
  (func (export "grow") (param "pages" u32) (canon lift (core func $guest "grow")))
  (func (export "sync") (param "count" u32) (canon lift (core func $guest "sync")))
  (func (export "destroy") (param "count" u32) (canon lift (core func $guest "destroy")))
  (func (export "create") (param "count" u32) (param "size" u32) (canon lift (core func $guest "create")))
  (func (export "write") (param "count" u32) (param "size" u32) (canon lift (core func $guest "write")))
  (func (export "read") (param "count" u32) (param "size" u32) (canon lift (core func $guest "read"))))
