// A library guest in AssemblyScript: sum(n) adds 1, 2, ..., n on the device. It calls the flattened functions of the
// canonical ABI itself: a result is 16 bytes at the return pointer, its tag first.

@external("wasi:gpu/compute@0.1.0", "buffer-create")
declare function bufferCreate(size: u64, usage: u32, ret: usize): void;
@external("wasi:gpu/compute@0.1.0", "buffer-write")
declare function bufferWrite(buffer: u32, offset: u64, data: usize, length: u32, ret: usize): void;
@external("wasi:gpu/compute@0.1.0", "buffer-read")
declare function bufferRead(buffer: u32, offset: u64, size: u32, ret: usize): void;
@external("wasi:gpu/compute@0.1.0", "buffer-destroy")
declare function bufferDestroy(buffer: u32, ret: usize): void;
@external("wasi:gpu/ml-kernels@0.1.0", "kernel-reduce")
declare function kernelReduce(count: u32, op: u32, input: u32, output: u32, ret: usize): void;

const storage: u32 = 1 << 5;
const opSum: u32 = 0;

// The return area of every call: tag, then the value; or of an error its case, its text and the text's length.
const area: usize = memory.data(16, 4);

/** What the host asks for memory: that of a list or of an error's text. The guest frees it when it likes. */
export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  // Blocks of the allocator are aligned to 16 bytes.
  return old == 0 ? heap.alloc(size) : heap.realloc(old, size);
}

/** What the runtime calls when it gives up. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  unreachable();
}

export function sum(n: u32): f32 {
  const values = heap.alloc(<usize>n * 4);
  for (let i: u32 = 0; i < n; i++) {
    store<f32>(values + <usize>i * 4, <f32>(i + 1));
  }

  const input = create(<u64>n * 4);
  bufferWrite(input, 0, values, n * 4, area);
  check();
  const output = create(4);
  kernelReduce(n, opSum, input, output, area);
  check();
  bufferRead(output, 0, 4, area);
  check();
  const list = load<usize>(area, 4);
  const result = load<f32>(list);
  heap.free(list);
  heap.free(values);
  destroy(input);
  destroy(output);
  return result;
}

/** The case of the error that a buffer of no bytes gives, times 1000, plus the bytes of its text. */
export function fail(): u32 {
  bufferCreate(0, storage, area);
  return load<u8>(area) == 0 ? 0 : load<u8>(area, 4) * 1000 + load<u32>(area, 12);
}

function create(size: u64): u32 {
  bufferCreate(size, storage, area);
  check();
  return load<u32>(area, 4);
}

function destroy(buffer: u32): void {
  bufferDestroy(buffer, area);
  check();
}

function check(): void {
  if (load<u8>(area) != 0) {
    unreachable();
  }
}
