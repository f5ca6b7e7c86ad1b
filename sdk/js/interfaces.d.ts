// The modules that a component made from JavaScript imports for wasi:gpu@0.1.0, as componentize-js and jco name them.
//
// A call whose result is an error throws an object whose `payload` is a GpuError.

/** The device and its buffers. Calls take effect in the order in which they are made. */
declare module "wasi:gpu/compute@0.1.0" {
  /** The number of a buffer: from 1 up, and never used again. */
  export type BufferId = number;

  /** How a guest means to use a buffer: hints for speed, never permissions. */
  export interface BufferUsage {
    mapRead?: boolean;
    mapWrite?: boolean;
    copySrc?: boolean;
    copyDst?: boolean;
    uniform?: boolean;
    storage?: boolean;
  }

  /** The device's memory, the guest's quota of bytes or its number of buffers is exhausted. */
  export interface GpuErrorOutOfMemory {
    tag: "out-of-memory";
  }

  /** An id names no live buffer of this instance. */
  export interface GpuErrorInvalidBuffer {
    tag: "invalid-buffer";
  }

  /** A kernel failed on the device, or the host refuses the work because of its deadline or a limit of the device. */
  export interface GpuErrorKernelError {
    tag: "kernel-error";
    val: string;
  }

  /** The device is lost, or the guest was not granted one. */
  export interface GpuErrorDeviceUnavailable {
    tag: "device-unavailable";
  }

  /** A size, a range or a parameter is wrong: `val` holds what was given and what is allowed. */
  export interface GpuErrorInvalidParams {
    tag: "invalid-params";
    val: string;
  }

  /** Why a call failed. */
  export type GpuError =
    | GpuErrorOutOfMemory
    | GpuErrorInvalidBuffer
    | GpuErrorKernelError
    | GpuErrorDeviceUnavailable
    | GpuErrorInvalidParams;

  /** What the device is. The values do not change while the instance lives. */
  export interface DeviceInfo {
    /** The name of the product, as its driver reports it. */
    name: string;
    /** What does the work: `cpu`, `cuda` or `webgpu`; empty when the guest was not granted the GPU. */
    backend: string;
    /** The memory of the device in bytes, or the guest's quota if that is smaller. */
    totalMemory: bigint;
    /** Whether a GPU does the work: false for the CPU backend and for a GPU that is emulated. */
    isHardware: boolean;
    /** `9.0` for an NVIDIA H100, the API version and adapter type on WebGPU, the SIMD level on a CPU. */
    computeCapability: string;
  }

  /** Tells what the device is. It never fails; without a grant texts are empty and the rest is 0 and false. */
  export function getDeviceInfo(): DeviceInfo;

  /** Creates a buffer of `size` bytes, at least 1, that reads as zeros. */
  export function bufferCreate(size: bigint, usage: BufferUsage): BufferId;

  /** Copies `data` into the buffer, from byte `offset` on. Any alignment is allowed. */
  export function bufferWrite(buffer: BufferId, offset: bigint, data: Uint8Array): void;

  /** Waits for the work that writes the buffer, then returns its `size` bytes from byte `offset` on. */
  export function bufferRead(buffer: BufferId, offset: bigint, size: number): Uint8Array;

  /** Copies `size` bytes from one buffer to another, or inside one, where overlapping ranges are safe. */
  export function bufferCopy(
    src: BufferId,
    srcOffset: bigint,
    dst: BufferId,
    dstOffset: bigint,
    size: bigint,
  ): void;

  /** Destroys a buffer; its bytes count as free at once. */
  export function bufferDestroy(buffer: BufferId): void;

  /** Returns when the device has finished all work of this instance. Needed for timing only. */
  export function sync(): void;
}

/**
 * Machine learning kernels on device buffers. Every array is dense, little-endian, f32 or u32, and begins at byte 0 of
 * its buffer; a buffer may be longer. f32[r][c] stands for r rows of c elements, row after row.
 */
declare module "wasi:gpu/ml-kernels@0.1.0" {
  export type BufferId = import("wasi:gpu/compute@0.1.0").BufferId;
  export type GpuError = import("wasi:gpu/compute@0.1.0").GpuError;

  export interface BootstrapParams {
    /** The number of indices to draw; 0 draws none. */
    nSamples: number;
    /** The seed: any value. Equal seeds give equal indices on every device. */
    seed: number;
    /** The indices drawn are below this number, which is at least 1. */
    maxIndex: number;
  }

  export interface FindSplitParams {
    /** The number of rows listed in `indices`. */
    nSamples: number;
    /** The number of columns of `data`. */
    nFeatures: number;
    /** The column to split on, counted from 0; below `nFeatures`. */
    featureIdx: number;
    /** The number of thresholds, and of scores. */
    nThresholds: number;
  }

  export interface AverageParams {
    /** The number of columns: the predictions of one row. */
    nTrees: number;
    /** The number of rows. */
    nSamples: number;
  }

  export interface MatmulParams {
    /** The number of rows of op(a) and of `c`. */
    m: number;
    /** The number of columns of op(a) and of rows of op(b). */
    k: number;
    /** The number of columns of op(b) and of `c`. */
    n: number;
    /** Whether `a` is stored as k rows of m. */
    transA: boolean;
    /** Whether `b` is stored as n rows of k. */
    transB: boolean;
    /** The factor of the product. */
    alpha: number;
    /** The factor of the old content of `c`; 0: it is not read. */
    beta: number;
  }

  export type ElementwiseOp = "relu" | "sigmoid" | "tanh" | "add" | "mul" | "sqrt" | "exp" | "log";

  export interface ElementwiseParams {
    nElements: number;
    op: ElementwiseOp;
  }

  /** `variance` divides by n, not by n - 1. */
  export type ReduceOp = "sum" | "max" | "min" | "mean" | "variance";

  export interface ReduceParams {
    /** At least 1. */
    nElements: number;
    op: ReduceOp;
  }

  export interface BatchPredictParams {
    /** The number of rows of `samples`, and of predictions. */
    batchSize: number;
    /** The number of columns of `samples`. */
    nFeatures: number;
    /** The number of trees. */
    nTrees: number;
    /** The largest number of moves from node to node that a walk may make. */
    maxDepth: number;
  }

  /** Draws indices from 0 to `maxIndex` - 1, uniformly and with replacement, into u32[nSamples]. */
  export function kernelBootstrapSample(params: BootstrapParams, outputIndices: BufferId): void;

  /**
   * Scores thresholds by which a regression tree may split the listed rows on one column. `data` is
   * f32[rows][nFeatures], `labels` f32[rows], `indices` u32[nSamples], the others f32[nThresholds].
   */
  export function kernelFindSplit(
    params: FindSplitParams,
    data: BufferId,
    labels: BufferId,
    indices: BufferId,
    thresholds: BufferId,
    outputScores: BufferId,
  ): void;

  /** Means of the rows of f32[nSamples][nTrees] into f32[nSamples]. */
  export function kernelAverage(params: AverageParams, treePredictions: BufferId, output: BufferId): void;

  /** c = alpha * op(a) * op(b) + beta * c, row-major. `c` is a buffer of its own. */
  export function kernelMatmul(params: MatmulParams, a: BufferId, b: BufferId, c: BufferId): void;

  /** Applies a function to each element. `add` and `mul` need `inputB`; `output` may be an input. */
  export function kernelElementwise(
    params: ElementwiseParams,
    inputA: BufferId,
    inputB: BufferId | undefined,
    output: BufferId,
  ): void;

  /** Reduces f32[nElements] to the one f32 at the start of `output`. */
  export function kernelReduce(params: ReduceParams, input: BufferId, output: BufferId): void;

  /**
   * For each row, the mean over trees of the leaf that it reaches. `samples` is f32[batchSize][nFeatures], `treeNodes`
   * 16 bytes a node, `treeOffsets` u32[nTrees], `output` f32[batchSize].
   */
  export function kernelBatchPredict(
    params: BatchPredictParams,
    samples: BufferId,
    treeNodes: BufferId,
    treeOffsets: BufferId,
    output: BufferId,
  ): void;
}
