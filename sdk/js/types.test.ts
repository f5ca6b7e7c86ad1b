// What the types let pass and what they do not: the compiler checks this file, nothing runs it.

import { bufferCreate, bufferRead, getDeviceInfo, type GpuError } from "wasi:gpu/compute@0.1.0";
import { kernelElementwise, kernelMatmul, kernelReduce } from "wasi:gpu/ml-kernels@0.1.0";
import { describeError, GpuBuffer, gpuErrorOf } from "./wasi-gpu.js";

const floats: GpuBuffer<Float32Array> = GpuBuffer.of(Float32Array.of(1, 2));
const words: GpuBuffer<Uint32Array> = GpuBuffer.zeros(Uint32Array, 4);
const read: Float32Array = floats.read(1, 1);
floats.copyTo(words, 0, 2, 2);
floats.write(read, 1);

const memory: bigint = getDeviceInfo().totalMemory;
const id: number = bufferCreate(memory, { storage: true, mapRead: false });
const bytes: Uint8Array = bufferRead(id, 0n, 4);

kernelElementwise({ nElements: 2, op: "relu" }, floats.id, undefined, floats.id);
kernelReduce({ nElements: bytes.length, op: "variance" }, floats.id, floats.id);

// @ts-expect-error sizes and offsets are 64 bits
bufferCreate(16, {});
// @ts-expect-error no such flag
bufferCreate(16n, { vertex: true });
// @ts-expect-error no such function
kernelElementwise({ nElements: 2, op: "cos" }, id, undefined, id);
// @ts-expect-error every field is needed
kernelMatmul({ m: 1, k: 1, n: 1, alpha: 1, beta: 0 }, id, id, id);
// @ts-expect-error other elements
words.write(read);
// @ts-expect-error elements that no kernel knows
GpuBuffer.zeros(Float64Array, 1);
// @ts-expect-error only these functions make one
new GpuBuffer(Float32Array, 1);

const texts: Record<GpuError["tag"], string> = {
  "out-of-memory": "",
  "invalid-buffer": "",
  "kernel-error": "",
  "device-unavailable": "",
  "invalid-params": "",
};
try {
  words.destroy();
} catch (thrown) {
  const error = gpuErrorOf(thrown);
  const text: string = error?.tag === "invalid-params" ? error.val : describeError(thrown);
  // @ts-expect-error a case without text
  const none: string = error?.tag === "invalid-buffer" ? error.val : texts["kernel-error"] + text;
}
