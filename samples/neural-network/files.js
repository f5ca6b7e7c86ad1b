// Files through WASI, which JavaScript has no functions of its own for.

import { getDirectories } from "wasi:filesystem/preopens@0.2.12";

const blockBytes = 1n << 16n;

/**
 * @param {string} path a path that begins with the name of a folder of the host's, or lies in its folder "."
 * @returns {string} the whole file
 */
export function readFile(path) {
  const blocks = [];
  const file = open(path);
  for (let offset = 0n, isAtEnd = false; !isAtEnd; ) {
    const [bytes, isEnd] = file.read(blockBytes, offset);
    blocks.push(...bytes);
    offset += BigInt(bytes.length);
    isAtEnd = isEnd || bytes.length === 0;
  }

  return new TextDecoder().decode(Uint8Array.from(blocks));
}

function open(path) {
  for (const [folder, name] of getDirectories()) {
    const prefix = name === "." ? "" : `${name.replace(/\/$/, "")}/`;
    if (path.startsWith(prefix)) {
      try {
        return folder.openAt({ symlinkFollow: true }, path.slice(prefix.length), {}, { read: true });
      } catch (thrown) {
        throw new Error(`cannot open ${path}: ${thrown.payload ?? thrown.message}`);
      }
    }
  }

  throw new Error(`cannot open ${path}: is its folder among the --dir options of the host?`);
}
