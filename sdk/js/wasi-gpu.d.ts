/// <reference path="./interfaces.d.ts" />

import type { BufferId, GpuError } from "wasi:gpu/compute@0.1.0";

/** Elements that the kernels know, and bytes. */
export type Elements = Float32Array | Uint32Array | Uint8Array;

/** The class of such elements: `Float32Array`, `Uint32Array` or `Uint8Array`. */
export interface ElementsType<A extends Elements> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
}

/** One buffer on the device with elements of one type. Positions and lengths are in elements. */
export class GpuBuffer<A extends Elements> {
  private constructor(type: ElementsType<A>, length: number);

  /** A buffer of `length` elements, all zero. */
  static zeros<A extends Elements>(type: ElementsType<A>, length: number): GpuBuffer<A>;

  /** A buffer that holds a copy of the elements, at least one. */
  static of<A extends Elements>(elements: A): GpuBuffer<A>;

  /** The id that kernels take. */
  readonly id: BufferId;

  /** The number of elements. */
  readonly length: number;

  /** Copies elements into the buffer, the first one to position `first`. */
  write(elements: A, first?: number): void;

  /** Reads `count` elements from position `first` on; without arguments, all. */
  read(first?: number, count?: number): A;

  /** Copies `count` elements on the device. The types differ where the bytes of one stand for another. */
  copyTo(target: GpuBuffer<Elements>, first?: number, targetFirst?: number, count?: number): void;

  /** Frees the buffer. Buffers that are left are freed when the instance ends. */
  destroy(): void;
}

/** The error that a call of wasi:gpu threw; undefined for anything else that was thrown. */
export function gpuErrorOf(thrown: unknown): GpuError | undefined;

/** One line for people: the case and the text of a GpuError, or what else was thrown. */
export function describeError(thrown: unknown): string;
