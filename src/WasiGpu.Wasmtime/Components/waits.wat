;; Waits for pollables of WASI 0.2 in slices, between which the host looks at the guest's deadline: the engine's own poll
;; returns only when something is ready. A component of the host's, instantiated beside a guest that waits, whose calls
;; of 'poll' and 'block' come here. It owns nothing: the pollables are the guest's, lent for the call.
(component
  (import "wasi:io/poll@0.2.12" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.12" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $timer (eq $pollable')))
    (export "subscribe-duration" (func (param "when" u64) (result (own $timer))))))
  (import "check-deadline" (func $check))

  (core module $libc
    (memory (export "memory") 1 1024)
    (global $heap (export "heap") (mut i32) (i32.const 1024))
    ;; No list outlives a call.
    (func $reset (export "reset") (global.set $heap (i32.const 1024)))
    (func (export "reset-after") (param i32) (call $reset))
    ;; Each list gets 4 bytes more than was asked for: for the timer.
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $heap))
      (global.set $heap
        (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 11)) (i32.const -8)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $fits (i32.ne (i32.const -1)
          (memory.grow (i32.add (i32.const 1) (i32.shr_u
            (i32.sub (global.get $heap) (i32.mul (memory.size) (i32.const 65536))) (i32.const 16))))))
        (unreachable))
      (local.get $at)))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (alias core export $libc "reset-after" (core func $reset))

  (core func $poll (canon lower (func $poll "poll") (memory $memory) (realloc $realloc)))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $drop (canon resource.drop $pollable))
  (core func $check (canon lower (func $check)))

  (core module $waits
    (import "libc" "memory" (memory 1))
    (import "libc" "heap" (global $heap (mut i32)))
    (import "libc" "reset" (func $reset))
    (import "wasi" "poll" (func $poll (param i32 i32 i32)))
    (import "wasi" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "wasi" "drop" (func $drop (param i32)))
    (import "wasi" "check" (func $check))
    (global $slice-ns i64 (i64.const 10000000))
    (global $single i32 (i32.const 8))
    (global $result i32 (i32.const 64))

    ;; poll(in) -> the area of the ready ones' list. An empty list is the engine's to refuse.
    (func $wait (export "poll") (param $in i32) (param $count i32) (result i32)
      (local $timer i32) (local $heap i32)
      (local.set $heap (global.get $heap))
      (loop $again
        (call $check)
        (global.set $heap (local.get $heap))
        (if (local.get $count) (then
          (local.set $timer (call $subscribe (global.get $slice-ns)))
          (i32.store (i32.add (local.get $in) (i32.shl (local.get $count) (i32.const 2))) (local.get $timer))))
        (call $poll
          (local.get $in)
          (i32.add (local.get $count) (i32.ne (local.get $count) (i32.const 0)))
          (global.get $result))
        (if (local.get $count) (then (call $drop (local.get $timer))))
        (br_if $again (i32.eqz (call $without (local.get $count)))))
      (block $end
        (loop $next
          (br_if $end (i32.eqz (local.get $count)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (call $drop (i32.load (i32.add (local.get $in) (i32.shl (local.get $count) (i32.const 2)))))
          (br $next)))
      (global.get $result))

    ;; Takes a number out of the list of the ready ones, and returns how many are left.
    (func $without (param $number i32) (result i32)
      (local $from i32) (local $to i32) (local $end i32)
      (local.set $from (i32.load (global.get $result)))
      (local.set $to (local.get $from))
      (local.set $end (i32.add
        (local.get $from)
        (i32.shl (i32.load offset=4 (global.get $result)) (i32.const 2))))
      (block $done
        (loop $next
          (br_if $done (i32.eq (local.get $from) (local.get $end)))
          (if (i32.ne (i32.load (local.get $from)) (local.get $number)) (then
            (i32.store (local.get $to) (i32.load (local.get $from)))
            (local.set $to (i32.add (local.get $to) (i32.const 4)))))
          (local.set $from (i32.add (local.get $from) (i32.const 4)))
          (br $next)))
      (i32.store offset=4
        (global.get $result)
        (i32.shr_u (i32.sub (local.get $to) (i32.load (global.get $result))) (i32.const 2)))
      (i32.load offset=4 (global.get $result)))

    (func (export "block") (param $pollable i32)
      (i32.store (global.get $single) (local.get $pollable))
      (drop (call $wait (global.get $single) (i32.const 1)))
      (call $reset)))
  (core instance $waits (instantiate $waits
    (with "libc" (instance $libc))
    (with "wasi" (instance
      (export "poll" (func $poll))
      (export "subscribe" (func $subscribe))
      (export "drop" (func $drop))
      (export "check" (func $check))))))

  (func (export "poll") (param "in" (list (borrow $pollable))) (result (list u32))
    (canon lift (core func $waits "poll") (memory $memory) (realloc $realloc) (post-return $reset)))
  (func (export "block") (param "self" (borrow $pollable)) (canon lift (core func $waits "block"))))
