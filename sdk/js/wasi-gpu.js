// Typed buffers over wasi:gpu@0.1.0 for components written in JavaScript. wasi-gpu.d.ts documents them.

import { bufferCopy, bufferCreate, bufferDestroy, bufferRead, bufferWrite } from "wasi:gpu/compute@0.1.0";

const tags = ["out-of-memory", "invalid-buffer", "kernel-error", "device-unavailable", "invalid-params"];

export class GpuBuffer {
  #type;

  constructor(type, length) {
    this.#type = type;
    this.length = length;
    this.id = bufferCreate(this.#bytes(length), { storage: true, copySrc: true, copyDst: true });
  }

  static zeros(type, length) {
    return new GpuBuffer(type, length);
  }

  static of(elements) {
    const buffer = new GpuBuffer(elements.constructor, elements.length);
    buffer.write(elements);
    return buffer;
  }

  write(elements, first = 0) {
    if (!(elements instanceof this.#type)) {
      throw new TypeError(`a buffer of ${this.#type.name} takes no ${elements?.constructor?.name ?? typeof elements}`);
    }

    const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
    bufferWrite(this.id, this.#bytes(first), bytes);
  }

  read(first = 0, count = this.length - first) {
    const bytes = bufferRead(this.id, this.#bytes(first), Number(this.#bytes(count)));
    // Elements must be aligned in the memory of the engine; a list of bytes need not be.
    const aligned = bytes.byteOffset % this.#type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
    return new this.#type(aligned.buffer, aligned.byteOffset, count);
  }

  copyTo(target, first = 0, targetFirst = 0, count = this.length - first) {
    bufferCopy(this.id, this.#bytes(first), target.id, target.#bytes(targetFirst), this.#bytes(count));
  }

  destroy() {
    bufferDestroy(this.id);
  }

  // A number that is not a whole one from 0 up is an error here: the interface would take another in its place.
  #bytes(elements) {
    if (!Number.isSafeInteger(elements) || elements < 0) {
      throw new RangeError(`${elements} is no number of elements`);
    }

    return BigInt(elements) * BigInt(this.#type.BYTES_PER_ELEMENT);
  }
}

export function gpuErrorOf(thrown) {
  const error = thrown?.payload;
  return tags.includes(error?.tag) ? error : undefined;
}

export function describeError(thrown) {
  const error = gpuErrorOf(thrown);
  if (error === undefined) {
    return String(thrown?.message ?? thrown);
  }

  return error.val === undefined ? error.tag : `${error.tag}: ${error.val}`;
}
