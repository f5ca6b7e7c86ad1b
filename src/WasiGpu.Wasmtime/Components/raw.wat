;; The type of the import wasi:gpu/compute@0.1.0 of a rewritten component: all that the interface has, and the raw
;; functions of the bridge. A superset, so whatever the component took from it is still there.
(component
  (import "wasi:gpu/compute@0.1.0" (instance
    (type $buffer-usage-t (flags "map-read" "map-write" "copy-src" "copy-dst" "uniform" "storage"))
    (export "buffer-usage" (type $buffer-usage (eq $buffer-usage-t)))
    (type $buffer-id-t u32)
    (export "buffer-id" (type $buffer-id (eq $buffer-id-t)))
    (type $gpu-error-t (variant
      (case "out-of-memory")
      (case "invalid-buffer")
      (case "kernel-error" string)
      (case "device-unavailable")
      (case "invalid-params" string)))
    (export "gpu-error" (type $gpu-error (eq $gpu-error-t)))
    (type $device-info-t (record
      (field "name" string)
      (field "backend" string)
      (field "total-memory" u64)
      (field "is-hardware" bool)
      (field "compute-capability" string)))
    (export "device-info" (type $device-info (eq $device-info-t)))
    (export "buffer-create" (func
      (param "size" u64) (param "usage" $buffer-usage) (result (result u32 (error $gpu-error)))))
    (export "buffer-write" (func
      (param "buffer" u32) (param "offset" u64) (param "data" (list u8)) (result (result (error $gpu-error)))))
    (export "buffer-read" (func
      (param "buffer" u32) (param "offset" u64) (param "size" u32) (result (result (list u8) (error $gpu-error)))))
    (export "buffer-copy" (func
      (param "src" u32) (param "src-offset" u64) (param "dst" u32) (param "dst-offset" u64) (param "size" u64)
      (result (result (error $gpu-error)))))
    (export "buffer-destroy" (func (param "buffer" u32) (result (result (error $gpu-error)))))
    (export "get-device-info" (func (result $device-info)))
    (export "sync" (func))

    (export "raw-get-device-info" (func (param "p0" u32) (param "p1" u32) (result u32)))
    (export "raw-buffer-create" (func
      (param "p0" u32) (param "p1" u64) (param "p2" u32) (param "p3" u32) (result u32)))
    (export "raw-buffer-write" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u64) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (result u32)))
    (export "raw-buffer-check-read" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u64) (param "p3" u32) (param "p4" u32) (result u32)))
    (export "raw-buffer-read" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u64) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (result u32)))
    (export "raw-buffer-copy" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u64) (param "p3" u32) (param "p4" u64)
      (param "p5" u64) (param "p6" u32) (result u32)))
    (export "raw-buffer-destroy" (func (param "p0" u32) (param "p1" u32) (param "p2" u32) (result u32)))
    (export "raw-kernel-bootstrap-sample" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (result u32)))
    (export "raw-kernel-find-split" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (param "p6" u32) (param "p7" u32) (param "p8" u32) (param "p9" u32)
      (param "p10" u32) (result u32)))
    (export "raw-kernel-average" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (result u32)))
    (export "raw-kernel-matmul" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (param "p6" f32) (param "p7" f32) (param "p8" u32) (param "p9" u32)
      (param "p10" u32) (param "p11" u32) (result u32)))
    (export "raw-kernel-elementwise" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (param "p6" u32) (param "p7" u32) (result u32)))
    (export "raw-kernel-reduce" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (result u32)))
    (export "raw-kernel-batch-predict" (func
      (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32)
      (param "p5" u32) (param "p6" u32) (param "p7" u32) (param "p8" u32) (param "p9" u32) (result u32)))
    (export "raw-text" (func (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32)))
    (export "raw-nonce" (func (param "p0" u32) (result u64)))
    (export "raw-attach" (func (param "p0" u32) (result u32)))
  )))
