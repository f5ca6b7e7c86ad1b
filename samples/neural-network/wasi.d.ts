// The parts of WASI that the program uses, as JavaScript sees them.

declare module "wasi:cli/environment@0.2.12" {
  export function getArguments(): string[];
}

declare module "wasi:filesystem/preopens@0.2.12" {
  export interface Descriptor {
    read(length: bigint, offset: bigint): [Uint8Array, boolean];
    openAt(
      pathFlags: { symlinkFollow?: boolean },
      path: string,
      openFlags: { create?: boolean; directory?: boolean; exclusive?: boolean; truncate?: boolean },
      flags: { read?: boolean; write?: boolean },
    ): Descriptor;
  }

  export function getDirectories(): [Descriptor, string][];
}
